import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cell, NotebookDocument, type StreamOutput } from "./notebook.ts";
import { foldCarriageReturns, MAX_STREAM_CHARACTERS } from "./stream-text.ts";

function emptyCell(): Cell {
  return NotebookDocument.create().cells()[0] as Cell;
}

test("text of the same stream grows one output, another stream begins a new one", () => {
  const cell = emptyCell();
  cell.appendStream("stdout", "a");
  cell.appendStream("stdout", "b\n");
  cell.appendStream("stderr", "c");
  assert.deepEqual(cell.outputs, [
    { output_type: "stream", name: "stdout", text: "ab\n" },
    { output_type: "stream", name: "stderr", text: "c" },
  ]);
});

test("a stream without end keeps its head and tail, and says how much is left out", () => {
  const cell = emptyCell();
  cell.appendStream("stdout", "first line\n");
  const line = `${"x".repeat(999)}\n`;
  for (let i = 0; i < 60; i++) cell.appendStream("stdout", line.repeat(100));
  cell.appendStream("stdout", "last line\n");
  const { text } = cell.outputs[0] as StreamOutput;
  const [, omitted = ""] = /\n\[\.\.\. ([\d,]+) characters left out here/.exec(text) ?? [];
  const marker = text.length - text.replace(/\n\[\.\.\. .*\]\n/, "").length;
  assert.ok(text.startsWith("first line\n") && text.endsWith("last line\n"));
  assert.ok(text.length < MAX_STREAM_CHARACTERS * 1.15, `${text.length}`);
  assert.equal(Number(omitted.replaceAll(",", "")) + text.length - marker, 6_000_021);
});

test("a progress bar keeps only its last state", () => {
  const cell = emptyCell();
  cell.appendStream("stderr", "start\n 10%");
  for (let percent = 20; percent <= 90; percent += 10) cell.appendStream("stderr", `\r ${percent}%`);
  cell.appendStream("stderr", "\r100%\n");
  assert.equal((cell.outputs[0] as StreamOutput).text, "start\n100%\n");
});

test("a shorter state leaves the end of the longer one, as a terminal does", () => {
  assert.equal(foldCarriageReturns("abcdef\rXY"), "XYcdef");
  assert.equal(foldCarriageReturns("\u001b[31mred\rblue"), "\u001b[31mred\rblue");
  assert.equal(foldCarriageReturns("windows\r\nline"), "windows\r\nline");
});

test("updating a display reaches every output of that name and no other", () => {
  const cell = emptyCell();
  const show = (id: string): void =>
    cell.appendOutput({
      output_type: "display_data",
      data: { "text/plain": "old" },
      metadata: {},
      transient: { display_id: id },
    });
  show("a");
  show("b");
  show("a");
  assert.equal(cell.updateDisplay("a", { "text/plain": "new" }, {}), true);
  assert.deepEqual(
    cell.outputs.map((output) => "data" in output && output.data["text/plain"]),
    ["new", "old", "new"],
  );
});
