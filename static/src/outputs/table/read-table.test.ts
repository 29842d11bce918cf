/** Table outputs from anywhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ContractError } from "../../contracts/codec.ts";
import type { Json } from "../output.ts";
import { MAX_COLUMNS, readTable } from "./read-table.ts";

const column = { name: "a", kind: "integer", type: "int64" };
const table: Json = { table_id: "t", columns: [column], rows: 3, preview: [[1], [2], [3]] };

test("what is no table is refused, with the place that is wrong", () => {
  assert.throws(() => readTable({ ...(table as object), rows: "3" } as Json), ContractError);
  assert.throws(
    () => readTable({ ...(table as object), preview: [1] } as Json),
    /preview\[0\]: expected a list/,
  );
});

test("without columns there is nothing to walk through", () => {
  assert.throws(() => readTable({ ...(table as object), columns: [] } as Json), /no columns/);
});

test("rows have as many values as there are columns", () => {
  const read = readTable({ ...(table as object), preview: [[], [1, 2, 3]] } as Json);
  assert.deepEqual(read.preview, [[null], [1]]);
});

test("a count that is none, or less than the rows that are there, is not believed", () => {
  for (const rows of [-5, 1, 1e300]) assert.equal(readTable({ ...(table as object), rows } as Json).rows, 3);
});

test("a preview and a list of columns without end are cut", () => {
  const many = { ...(table as object), columns: Array(9000).fill(column), preview: Array(500).fill([1]) };
  const read = readTable(many as Json);
  assert.deepEqual([read.columns.length, read.preview.length], [MAX_COLUMNS, 100]);
});
