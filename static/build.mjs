// Build the client into wasm_runtime/client: bundles named by their hash, frames with their script
// inside, Pyodide's core files, and a service worker that knows the hash of every file.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import * as esbuild from "esbuild";
import { minifiedAgain } from "./build/minify.mjs";
import {
  BUILDER_LIMIT,
  checkScriptLimit,
  DATABASES_LIMIT,
  gzipSizes,
  HTTP_LIMIT,
  kilobytes,
  SCRIPT_LIMIT,
  SHARING_LIMIT,
  scriptParts,
  sum,
  TABLE_LIMIT,
} from "./build/script-limit.mjs";
import {
  browserEnvironment,
  historyUnused,
  katexFromSource,
  plainLogging,
  pureConstants,
  remoteCursorsApart,
} from "./build/smaller-libraries.mjs";
import { styleSheet, styleSheets } from "./build/style-sheets.mjs";
import {
  APP_CONTENT_SECURITY_POLICY,
  FRAME_CONTENT_SECURITY_POLICY,
  STORE_PATH,
} from "./src/contracts/generated.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, "../wasm_runtime/client"));
const modules = path.join(here, "node_modules");
const watchable = {
  absWorkingDir: here,
  bundle: true,
  target: "es2023",
  logLevel: "warning",
  legalComments: "none",
};
const minified = { ...watchable, minify: true };
const loader = { ".svg": "text" };

const hash = (body) => createHash("sha256").update(body).digest("hex");

function write(name, body) {
  const target = path.join(out, name);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, body);
  return name;
}

/** Write under a name that carries the hash, so that it may be cached for ever. */
function writeHashed(name, body) {
  const { dir, name: stem, ext } = path.parse(name);
  return write(path.join(dir, `${stem}-${hash(body).slice(0, 10)}${ext}`), body);
}

async function bundleText(entry, options = { format: "iife" }) {
  const result = await esbuild.build({
    ...minified,
    loader,
    plugins: [styleSheets],
    entryPoints: [entry],
    write: false,
    ...options,
  });
  return result.outputFiles[0].text;
}

async function buildPage() {
  const result = await esbuild.build({
    ...minified,
    loader,
    plugins: [
      styleSheets,
      katexFromSource,
      plainLogging,
      browserEnvironment,
      pureConstants,
      remoteCursorsApart,
      historyUnused,
      minifiedAgain,
    ],
    entryPoints: { start: "src/start.ts", main: "src/main.ts" },
    format: "esm",
    splitting: true,
    outdir: path.join(out, "assets"),
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    assetNames: "[name]-[hash]",
    metafile: true,
  });
  const outputs = Object.entries(result.metafile.outputs).map(([name, output]) => ({
    ...output,
    path: path.relative(out, path.resolve(here, name)),
  }));
  const inClient = (names) => names.map((name) => path.relative(out, path.resolve(here, name)));
  const pathOf = (source) =>
    outputs.find(({ entryPoint, inputs }) => entryPoint === source || (!entryPoint && source in inputs)).path;
  // `main` imports the first script, so the script is a chunk; the entry of its own is an empty shell around it.
  const shell = pathOf("src/start.ts");
  fs.rmSync(path.join(out, shell));
  const start = outputs.find(({ path: name, inputs }) => name !== shell && "src/start.ts" in inputs).path;
  const main = pathOf("src/main.ts");
  const imports = (name) =>
    outputs
      .find((output) => output.path === name)
      .imports.filter(({ kind }) => kind === "import-statement")
      .map((each) => path.relative(out, path.resolve(here, each.path)));
  // In the order in which they are wanted: what the first script imports, then what the second does.
  const needed = new Set([start]);
  for (const name of needed) for (const each of imports(name)) needed.add(each);
  needed.add(main);
  for (const name of needed) for (const each of imports(name)) needed.add(each);
  needed.delete(start);
  needed.delete(main);
  const [mainOutput] = Object.entries(result.metafile.outputs).find(
    ([, { entryPoint }]) => entryPoint === "src/main.ts",
  );
  const parts = Object.entries(scriptParts(result.metafile.outputs, mainOutput));
  const scripts = Object.fromEntries(parts.map(([part, names]) => [part, inClient(names)]));
  return {
    start,
    main,
    scripts,
    needed: [...needed],
    notebookStyles: pathOf("src/styles/roots/notebook.css"),
  };
}

/** Libraries that run inside an output frame: text that the page posts there, never a script of the page. */
async function buildFrameLibraries() {
  const vega = await esbuild.build({
    ...minified,
    stdin: { contents: 'export { default as embed } from "vega-embed";', resolveDir: here },
    format: "iife",
    globalName: "vegaEmbedBundle",
    write: false,
  });
  const plotly = fs.readFileSync(path.join(modules, "plotly.js-dist-min/plotly.min.js"), "utf8");
  return {
    plotly: writeHashed("assets/plotly.js", plotly),
    vega: writeHashed("assets/vega.js", vega.outputFiles[0].text),
  };
}

function copyFormulaFonts() {
  const folder = path.join(modules, "katex/dist/fonts");
  for (const font of fs.readdirSync(folder).filter((name) => name.endsWith(".woff2"))) {
    write(`assets/fonts/${font}`, fs.readFileSync(path.join(folder, font)));
  }
}

/** The policy inside the page: a host that sends no header of ours must not open the network to user code. */
function policyMeta(policy) {
  const ofHeadersOnly = /^(sandbox|frame-ancestors)\b/;
  const kept = policy.split("; ").filter((directive) => !ofHeadersOnly.test(directive));
  return `<meta http-equiv="Content-Security-Policy" content="${kept.join("; ")}" />`;
}

/** `worker`: the text of a script that the frame starts from a blob. */
async function buildFrame(name, entry, worker = "") {
  const html = fs.readFileSync(path.join(here, "frames", `${name}.html`), "utf8");
  const script = await bundleText(entry);
  const inside = (text) => text.replaceAll("</script", "<\\/script");
  return write(
    `frames/${name}.html`,
    html
      .replace("<!-- policy -->", () => policyMeta(FRAME_CONTENT_SECURITY_POLICY))
      .replace("<!-- worker -->", () => `<script type="text/plain" id="worker">${inside(worker)}</script>`)
      .replace("<!-- script -->", () => `<script>${inside(script)}</script>`),
  );
}

function copyFolder(from, to) {
  for (const entry of fs.readdirSync(from, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const source = path.join(entry.parentPath ?? entry.path, entry.name);
    write(path.join(to, path.relative(from, source)), fs.readFileSync(source));
  }
}

function copyPyodide() {
  const names = [
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
    "package.json",
  ];
  for (const name of names) write(`pyodide/${name}`, fs.readFileSync(path.join(modules, "pyodide", name)));
}

/** The largest of Pyodide's files where every environment of this Pyodide has them. */
function runtimePaths() {
  return ["pyodide.asm.wasm", "pyodide.asm.mjs"].map(
    (name) => `${STORE_PATH}/${hash(fs.readFileSync(path.join(modules, "pyodide", name)))}/${name}`,
  );
}

function files(folder) {
  return fs
    .readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)).replaceAll("\\", "/"),
    )
    .sort();
}

/** The notebook's sheet is for its shadow root: the page only begins to load it. */
function styleLinks(page, notebook) {
  return [
    `<link rel="stylesheet" href="./${page}" />`,
    `<link rel="preload" as="fetch" crossorigin href="./${notebook}" />`,
  ].join("\n    ");
}

/** What the scripts import is asked for beside them, not after them. */
function moduleLinks(needed) {
  return needed.map((name) => `<link rel="modulepreload" href="./${name}" />`).join("\n    ");
}

/** The kernel's start waits for no other script. */
function scriptTags(start, main) {
  return [
    `<script type="module" async src="./${start}"></script>`,
    `<script type="module" src="./${main}"></script>`,
  ].join("\n    ");
}

/** Every file that a page may load, with its hash; the name of the whole is the version of the client. */
function manifest() {
  const programs = ["headless.js", "snapshot-maker.js"];
  const skip = (name) => name.startsWith("pyodide/") || name.endsWith(".br") || programs.includes(name);
  const entries = files(out)
    .filter((name) => !skip(name))
    .map((name) => {
      const body = fs.readFileSync(path.join(out, name));
      return { path: name, sha256: hash(body), size: body.length };
    });
  return { version: hash(JSON.stringify(entries)).slice(0, 16), files: entries };
}

/** Bodies that compress are stored compressed as well: the relay then sends them without work. */
function precompress() {
  for (const name of files(out).filter((n) => /\.(js|css|html|json|svg|webmanifest|ipynb)$/.test(n))) {
    const body = fs.readFileSync(path.join(out, name));
    const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: body.length > 1_000_000 ? 9 : 11 };
    const packed = zlib.brotliCompressSync(body, { params });
    if (packed.length < body.length * 0.9) fs.writeFileSync(path.join(out, `${name}.br`), packed);
  }
}

fs.rmSync(out, { recursive: true, force: true });
const [{ start, main, scripts, needed, notebookStyles }, pageStyles, libraries, workerText] =
  await Promise.all([
    buildPage(),
    styleSheet(path.join(here, "src/styles/roots/page.css")),
    buildFrameLibraries(),
    bundleText("src/kernel/worker/entry.ts"),
  ]);
const assets = {
  ...libraries,
  kernelProgram: hash(workerText).slice(0, 10),
  runtime: runtimePaths(),
};
copyFormulaFonts();
await buildFrame("kernel", "src/kernel/frame/entry.ts", workerText);
await buildFrame("output", "src/outputs/frame/entry.ts");
// Neutral: a library's build for Node may import by names that Deno, without npm, refuses.
const program = { format: "esm", platform: "neutral", external: ["node:*"] };
write("headless.js", await bundleText("src/kernel/headless/entry.ts", program));
write("snapshot-maker.js", await bundleText("src/kernel/snapshot-maker/entry.ts", program));
copyFolder(path.join(here, "public"), ".");
copyFolder(path.join(here, "examples"), "examples");
copyPyodide();

const index = fs.readFileSync(path.join(here, "index.html"), "utf8");
write(
  "index.html",
  index
    .replace("<!-- styles -->", () => styleLinks(writeHashed("assets/page.css", pageStyles), notebookStyles))
    .replace("<!-- policy -->", () => policyMeta(APP_CONTENT_SECURITY_POLICY))
    .replace(
      "<!-- assets -->",
      () => `<script type="application/json" id="assets">${JSON.stringify(assets)}</script>`,
    )
    .replace("<!-- modules -->", () => moduleLinks(needed))
    .replace("<!-- scripts -->", () => scriptTags(start, main)),
);
const { version, files: listed } = manifest();
const worker = await esbuild.build({
  ...minified,
  entryPoints: ["src/offline/service-worker.ts"],
  format: "iife",
  write: false,
  define: { CLIENT_MANIFEST: JSON.stringify({ version, files: listed }) },
});
write("service-worker.js", worker.outputFiles[0].text);
write("client.json", `${JSON.stringify({ version, assets, scripts })}\n`);
precompress();

const sizesOf = (names) => gzipSizes(names.map((name) => [name, fs.readFileSync(path.join(out, name))]));
const [own, sharing, table, databases, builder] = [
  scripts.own,
  scripts.sharing,
  scripts.table,
  scripts.databases,
  scripts.queryBuilder,
].map(sizesOf);
const [ownTotal, mainSize, sharingTotal, tableTotal, databasesTotal, builderTotal] = [
  sum(own.values()),
  own.get(main),
  sum(sharing.values()),
  sum(table.values()),
  sum(databases.values()),
  sum(builder.values()),
].map(kilobytes);
console.log(
  `client ${version}: ${listed.length} files, page scripts ${ownTotal} gzip (main ${mainSize}); more: sharing ${sharingTotal}, tables ${tableTotal}, databases ${databasesTotal}, query builder ${builderTotal}`,
);
checkScriptLimit(own, SCRIPT_LIMIT);
checkScriptLimit(sharing, SHARING_LIMIT, "scripts of shared notebooks");
checkScriptLimit(table, TABLE_LIMIT, "scripts of tables");
checkScriptLimit(databases, DATABASES_LIMIT, "scripts of databases");
checkScriptLimit(builder, BUILDER_LIMIT, "scripts of the query builder");
checkScriptLimit(sizesOf(scripts.http), HTTP_LIMIT, "scripts of HTTP requests");
