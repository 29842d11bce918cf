import assert from "node:assert/strict";
import fs from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";
import {
  BUILDER_LIMIT,
  checkScriptLimit,
  DATABASES_LIMIT,
  gzipSizes,
  HTTP_LIMIT,
  SCRIPT_LIMIT,
  SHARING_LIMIT,
  scriptParts,
  sum,
  TABLE_LIMIT,
} from "./script-limit.mjs";

const client = fileURLToPath(new URL("../../wasm_runtime/client/", import.meta.url));

test("scripts above the limit fail the build, and the largest is named", () => {
  const sizes = new Map([
    ["small.js", 10_000],
    ["large.js", 345_000],
  ]);
  assert.throws(
    () => checkScriptLimit(sizes),
    /at most 350\.0 kB.*came 355\.0 kB.*large\.js 345\.0 kB, small/,
  );
});

test("what only another entry reaches is counted apart, what both reach is the page's own", () => {
  const to = (...paths) => ({ imports: paths.map((path) => ({ path })) });
  const outputs = {
    "main.js": to(
      "lit.js",
      "editor.js",
      "sharing.js",
      "gateway.js",
      "http.js",
      "table.js",
      "queries.js",
      "export.js",
      "databases.js",
      "purify.js",
    ),
    "editor.js": to("lit.js"),
    "lit.js": to(),
    "sharing.js": { ...to("lit.js", "awareness.js", "editor.js"), entryPoint: "src/sharing/entry.ts" },
    "awareness.js": to(),
    "gateway.js": { ...to("lit.js"), entryPoint: "src/session/gateway.ts" },
    "http.js": { ...to(), entryPoint: "src/session/http-requests.ts" },
    "table.js": { ...to("lit.js"), entryPoint: "src/outputs/table/entry.ts" },
    "queries.js": { ...to(), entryPoint: "src/data/queries.ts" },
    "export.js": { ...to("lit.js"), entryPoint: "src/elements/export-html.ts" },
    "databases.js": { ...to("editor.js", "sql.js", "builder.js"), entryPoint: "src/databases/entry.ts" },
    "sql.js": to("lit.js"),
    "builder.js": { ...to("lit.js", "sql.js", "databases.js"), entryPoint: "src/databases/builder/entry.ts" },
    "purify.js": { ...to(), entryPoint: "node_modules/dompurify/dist/purify.es.mjs" },
  };
  assert.deepEqual(scriptParts(outputs, "main.js"), {
    own: ["main.js", "lit.js", "editor.js"],
    sharing: ["sharing.js", "awareness.js"],
    gateway: ["gateway.js"],
    http: ["http.js"],
    table: ["table.js"],
    queries: ["queries.js"],
    htmlExport: ["export.js"],
    databases: ["databases.js", "sql.js"],
    queryBuilder: ["builder.js"],
    standIns: ["purify.js"],
  });
});

test("a page without one of the entries is not measured by mistake", () => {
  assert.throws(() => scriptParts({ "main.js": { imports: [] } }, "main.js"), /no bundle begins with/);
});

test("the built client is within its limits", () => {
  const manifest = fs.readFileSync(`${client}client.json`, "utf8");
  const { scripts } = JSON.parse(manifest);
  for (const [part, limit] of [
    ["own", SCRIPT_LIMIT],
    ["sharing", SHARING_LIMIT],
    ["table", TABLE_LIMIT],
    ["databases", DATABASES_LIMIT],
    ["queryBuilder", BUILDER_LIMIT],
    ["http", HTTP_LIMIT],
  ]) {
    const sizes = gzipSizes(scripts[part].map((name) => [name, fs.readFileSync(client + name)]));
    assert.ok(sum(sizes.values()) > limit / 4, `${part}: nearly nothing was measured`);
    checkScriptLimit(sizes, limit, part);
  }
});

test("every script of the built client belongs to a part", () => {
  const { scripts } = JSON.parse(fs.readFileSync(`${client}client.json`, "utf8"));
  const built = fs
    .readdirSync(`${client}assets`)
    .filter((name) => /^(main|entry|purify|chunk)-.*\.js$/.test(name));
  assert.deepEqual(
    built.map((name) => `assets/${name}`).sort(),
    [...new Set(Object.values(scripts).flat())].sort(),
  );
});
