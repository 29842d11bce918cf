/** Notebooks that others wrote: every `.ipynb` below the folder NOTEBOOK_CORPUS is read, written and read again. */
import assert from "node:assert/strict";
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import * as Y from "yjs";
import { NotebookFormatError, parseIpynb, toIpynbText } from "./ipynb.ts";

const folder = process.env["NOTEBOOK_CORPUS"];
/** Where the written notebooks go, under the same names; an unreadable one becomes `NAME.refused`, the document of a read one `NAME.yjs`. */
const written = process.env["NOTEBOOK_CORPUS_WRITTEN"];

function write(path: string, text: string | Uint8Array): void {
  if (written === undefined) return;
  mkdirSync(dirname(join(written, path)), { recursive: true });
  writeFileSync(join(written, path), text);
}

for (const path of folder === undefined ? [] : globSync("**/*.ipynb", { cwd: folder })) {
  test(`${path} says the same after reading and writing`, () => {
    const original = readFileSync(join(folder ?? "", path), "utf8");
    try {
      const notebook = parseIpynb(original);
      const text = toIpynbText(notebook);
      write(path, text);
      write(`${path}.yjs`, Y.encodeStateAsUpdate(notebook.doc));
      assert.equal(toIpynbText(parseIpynb(text)), text);
    } catch (error) {
      if (!(error instanceof NotebookFormatError)) throw error;
      assert.ok(error.hint.length > 0);
      write(`${path}.refused`, `${error.message}\n${error.hint}\n`);
    }
  });
}
