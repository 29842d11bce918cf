import assert from "node:assert/strict";
import { test } from "node:test";
import { NotebookDocument } from "./notebook.ts";
import { type StaticRenderers, toStaticHtml } from "./static-html.ts";

const renderers: StaticRenderers = {
  markdown: (source) => `<p>${source}</p>`,
  output: (output) =>
    "data" in output ? { activeDocument: String(output.data["text/html"]) } : { markup: "<pre>text</pre>" },
};

test("sources and titles are escaped", () => {
  const notebook = NotebookDocument.create();
  notebook.title = "</title><script>alert(1)</script>";
  notebook.insertCell(0, { source: "a < b and '</code>'" });
  const html = toStaticHtml(notebook, renderers, "p{}</style><b>");
  assert.ok(!html.includes("<script>"));
  assert.equal(html.split("</style>").length, 2);
  assert.ok(html.includes("a &#60; b and &#39;&#60;/code&#62;&#39;"));
});

test("an active output is shut in a sandboxed frame", () => {
  const notebook = NotebookDocument.create();
  const data = { "text/html": '<script>"go"</script>' };
  notebook.cells()[0]?.appendOutput({ output_type: "display_data", data, metadata: {} });
  const html = toStaticHtml(notebook, renderers, "");
  assert.match(html, /<iframe [^>]*sandbox="allow-scripts" [^>]*srcdoc="&#60;script&#62;&#34;go&#34;/);
  assert.ok(!html.includes("allow-same-origin"));
});
