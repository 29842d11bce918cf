// What the page can load as a script, and the limits of it.
import zlib from "node:zlib";

/** Bytes after gzip that a notebook of one's own can load: a phone on a slow line has them in about two seconds. */
export const SCRIPT_LIMIT = 350_000;

/** Bytes after gzip that a shared notebook loads beside them. */
export const SHARING_LIMIT = 60_000;

/** Bytes after gzip that a notebook with an interactive table loads beside them. */
export const TABLE_LIMIT = 24_000;
/** Bytes after gzip that a notebook loads for its first SQL cell, or with the schema browser. */
export const DATABASES_LIMIT = 35_000;
/** Bytes after gzip that building the first query loads beside them. */
export const BUILDER_LIMIT = 12_000;
/** Bytes after gzip that a notebook loads once Python asks for something over HTTP. */
export const HTTP_LIMIT = 6_000;

/** Behind each of these modules lies all that only some pages load. */
const ENTRIES = {
  /** What only a shared notebook needs. */
  sharing: /^src\/sharing\/entry\.ts$/,
  /** What only a page of a relay with a gateway needs, once Python asks for something. */
  gateway: /^src\/session\/gateway\.ts$/,
  /** What only a notebook whose Python asks for something over HTTP needs. */
  http: /^src\/session\/http-requests\.ts$/,
  /** What only an interactive table needs. */
  table: /^src\/outputs\/table\/entry\.ts$/,
  /** What only a notebook that asks a database needs. */
  queries: /^src\/data\/queries\.ts$/,
  /** What only an export as a page of HTML needs. */
  htmlExport: /^src\/elements\/export-html\.ts$/,
  /** What only SQL cells and the schema browser need. */
  databases: /^src\/databases\/entry\.ts$/,
  /** What only building a query needs. */
  queryBuilder: /^src\/databases\/builder\/entry\.ts$/,
  /** What an older browser gets instead of a sanitiser of its own. */
  standIns: /[\\/]dompurify[\\/]/,
};

/** What is loaded only once another part is. */
const AFTER = { queryBuilder: "databases" };

/**
 * The page's scripts in parts: `own` is what `main` reaches by imports of any kind that do not go
 * through one of the entries, the others are what theirs add. `outputs` are those of esbuild's metafile.
 */
export function scriptParts(outputs, main) {
  const entries = Object.entries(ENTRIES).map(([part, source]) => {
    const found = Object.keys(outputs).find((name) => source.test(outputs[name].entryPoint ?? ""));
    if (!found) throw new Error(`the page's scripts: no bundle begins with ${source}`);
    return [part, found];
  });
  const without = entries.map(([, name]) => name);
  const own = reach(outputs, main, without);
  const added = new Map(
    entries.map(([part, name]) => [
      part,
      reach(outputs, name, without).filter((each) => !own.includes(each)),
    ]),
  );
  for (const [part, before] of Object.entries(AFTER)) {
    const here = added.get(before);
    added.set(
      part,
      added.get(part).filter((name) => !here.includes(name)),
    );
  }
  return { own, ...Object.fromEntries(added) };
}

function reach(outputs, from, without) {
  const found = new Set([from]);
  for (const name of found) {
    for (const { path } of outputs[name]?.imports ?? []) {
      if (!without.includes(path) && path.endsWith(".js") && path in outputs) found.add(path);
    }
  }
  return [...found];
}

/** Bytes after gzip of each script, by its name. */
export function gzipSizes(scripts) {
  return new Map(scripts.map(([name, body]) => [name, zlib.gzipSync(body, { level: 9 }).length]));
}

/** Throws when the scripts together are larger than the limit, naming the largest. */
export function checkScriptLimit(sizes, limit = SCRIPT_LIMIT, what = "page scripts") {
  const total = sum(sizes.values());
  if (total <= limit) return;
  const largest = [...sizes].sort(([, a], [, b]) => b - a).slice(0, 5);
  throw new Error(
    `${what}: expected at most ${kilobytes(limit)} after gzip, came ${kilobytes(total)}. ` +
      `Largest: ${largest.map(([name, size]) => `${name} ${kilobytes(size)}`).join(", ")}. ` +
      "See what a new import brings along, or load it in a frame.",
  );
}

export const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

export const sum = (numbers) => [...numbers].reduce((total, each) => total + each, 0);
