/** Older notebook formats (2, 3, 4.0 to 4.4) as 4.5, after the rules of nbformat's own converter. */
import { NotebookFormatError } from "./format-error.ts";
import { isJsonObject, type Json, type JsonObject, joinLines } from "./json.ts";

const CONVERT_HINT = 'Convert it with "jupyter nbconvert --to notebook" and open the result.';

/** Changes `file` in place and returns it; cells may still lack ids. Throws NotebookFormatError. */
export function upgrade(file: JsonObject): JsonObject {
  const version = file["nbformat"];
  if (typeof version !== "number") {
    throw new NotebookFormatError(
      "This JSON is not a notebook: it has no nbformat version.",
      "Choose a file that ends in .ipynb.",
    );
  }
  if (version > 4) {
    throw new NotebookFormatError(
      `This notebook has format ${version}; this page knows formats 2 to 4.`,
      CONVERT_HINT,
    );
  }
  if (version === 2 || version === 3) return upgradeFrom3(file);
  if (version !== 4) {
    throw new NotebookFormatError(`Notebook format ${version} is too old to be read.`, CONVERT_HINT);
  }
  if (!Array.isArray(file["cells"])) {
    throw new NotebookFormatError(
      "This notebook has no list of cells.",
      "The file is damaged or cut off; get it again.",
    );
  }
  const minor = file["nbformat_minor"];
  // A newer minor version only adds keys, which are kept.
  if (typeof minor !== "number" || minor < 5) file["nbformat_minor"] = 5;
  return file;
}

function upgradeFrom3(file: JsonObject): JsonObject {
  const metadata = metadataOf(file);
  const worksheets = Array.isArray(file["worksheets"]) ? file["worksheets"].filter(isJsonObject) : [];
  const sheets = worksheets.flatMap((sheet) => (Array.isArray(sheet["cells"]) ? sheet["cells"] : []));
  const cells = file["nbformat"] === 2 ? sheets.map(withLineFeeds) : sheets;
  for (const key of ["worksheets", "orig_nbformat", "orig_nbformat_minor"]) delete file[key];
  for (const key of ["name", "signature"]) delete metadata[key];
  return Object.assign(file, {
    nbformat: 4,
    nbformat_minor: 5,
    cells: cells.filter(isJsonObject).map(upgradeCell),
  });
}

/** Format 2 kept the lines of a text without their line feeds. */
function withLineFeeds(value: Json): Json {
  if (Array.isArray(value)) {
    const isText = value.length > 0 && value.every((item) => typeof item === "string");
    return isText ? value.join("\n") : value.map(withLineFeeds);
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === "traceback" ? item : withLineFeeds(item)]),
  );
}

function metadataOf(object: JsonObject): JsonObject {
  const metadata = isJsonObject(object["metadata"]) ? object["metadata"] : {};
  object["metadata"] = metadata;
  return metadata;
}

function upgradeCell(cell: JsonObject): JsonObject {
  const metadata = metadataOf(cell);
  if (cell["cell_type"] === "code") {
    const { language: _, collapsed, input, prompt_number, outputs, ...rest } = cell;
    if (collapsed !== undefined) metadata["collapsed"] = collapsed;
    return {
      ...rest,
      source: input ?? "",
      execution_count: prompt_number ?? null,
      outputs: Array.isArray(outputs) ? outputs.filter(isJsonObject).map(upgradeOutput) : [],
    };
  }
  if (cell["cell_type"] === "heading") {
    const { level, ...rest } = cell;
    const hashes = "#".repeat(typeof level === "number" ? Math.min(Math.max(level, 1), 6) : 1);
    const line = joinLines(cell["source"])
      .split(/\r\n|\n|\r/)
      .filter((part, i, parts) => part !== "" || i < parts.length - 1);
    return { ...rest, cell_type: "markdown", source: `${hashes} ${line.join(" ")}` };
  }
  return cell["cell_type"] === "html" ? { ...cell, cell_type: "markdown" } : cell;
}

const MIME_OF: Readonly<Record<string, string>> = {
  text: "text/plain",
  html: "text/html",
  svg: "image/svg+xml",
  png: "image/png",
  jpeg: "image/jpeg",
  latex: "text/latex",
  json: "application/json",
  javascript: "application/javascript",
};

function upgradeOutput(output: JsonObject): JsonObject {
  const type = output["output_type"];
  if (type === "pyerr") return { ...output, output_type: "error" };
  if (type === "stream") {
    const { stream, ...rest } = output;
    return { ...rest, name: stream ?? "stdout" };
  }
  if (type !== "pyout" && type !== "display_data") return output;
  const { output_type: _, prompt_number, metadata, ...data } = output;
  const upgraded: JsonObject = {
    output_type: type === "pyout" ? "execute_result" : "display_data",
    metadata: withMimeKeys(isJsonObject(metadata) ? metadata : {}),
    data: withMimeKeys(data),
  };
  if (type === "pyout") upgraded["execution_count"] = prompt_number ?? null;
  return upgraded;
}

function withMimeKeys(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      const mime = Object.hasOwn(MIME_OF, key) ? (MIME_OF[key] as string) : key;
      return [mime, mime === "application/json" ? parsedJson(value) : value];
    }),
  );
}

/** Format 3 kept JSON output as text. */
function parsedJson(value: Json): Json {
  try {
    return JSON.parse(joinLines(value)) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return value;
    throw error;
  }
}
