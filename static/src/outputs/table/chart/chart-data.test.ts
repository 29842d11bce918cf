/** What charts are made of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { TableColumn } from "../../../contracts/generated.ts";
import { type ChartChoice, chartOf, defaultChoice, MAX_NAMES, MAX_SERIES } from "./chart-data.ts";
import { MAX_CHART_ROWS, readSample, stretches } from "./sample.ts";

const column = (name: string, kind: TableColumn["kind"]): TableColumn => ({ name, kind, type: kind });
const COLUMNS = [
  column("id", "integer"),
  column("city", "text"),
  column("amount", "number"),
  column("day", "date"),
];
const bars: ChartChoice = { kind: "bar", x: 1, y: 2, measure: "sum", colour: null };

test("the first chart fits the columns", () => {
  const [id, city, amount, day] = COLUMNS as [TableColumn, TableColumn, TableColumn, TableColumn];
  const kindOf = (...columns: TableColumn[]) => {
    const { kind, x, y, measure } = defaultChoice(columns);
    return [kind, x, y, measure];
  };
  assert.deepEqual(kindOf(id, city, amount, day), ["line", 3, 2, "mean"]);
  assert.deepEqual(kindOf(id, city, amount), ["bar", 1, 2, "mean"]);
  assert.deepEqual(kindOf(id, amount), ["scatter", 0, 1, "mean"]);
  assert.deepEqual(kindOf(amount), ["histogram", 0, 0, "count"]);
  assert.deepEqual(kindOf(city), ["bar", 0, null, "count"]);
});

test("bars add up what has the same name, and say what has no value", () => {
  const rows = [
    [1, "Oslo", 2, null],
    [2, "Graz", 5, null],
    [3, "Oslo", 3, null],
    [4, null, 9, null],
    [5, "Graz", null, null],
  ];
  const chart = chartOf(rows, COLUMNS, bars);
  assert.deepEqual(chart.names, ["Oslo", "Graz"]);
  assert.deepEqual(chart.series, [
    {
      name: "",
      points: [
        { x: 0, y: 5 },
        { x: 1, y: 5 },
      ],
    },
  ]);
  assert.deepEqual([chart.yLabel, chart.notes], ["sum of amount", ["2 rows without a value are left out."]]);
});

test("a line is the mean of what shares a place, in order", () => {
  const rows = [
    [1, "a", 4, "2026-01-02"],
    [2, "a", 1, "2026-01-01"],
    [3, "a", 8, "2026-01-02"],
  ];
  const { series, isTime } = chartOf(rows, COLUMNS, { ...bars, kind: "line", x: 3, measure: "mean" });
  assert.equal(isTime, true);
  assert.deepEqual(series[0]!.points, [
    { x: Date.UTC(2026, 0, 1), y: 1 },
    { x: Date.UTC(2026, 0, 2), y: 6 },
  ]);
});

test("a line through more places than can be told apart takes neighbours together", () => {
  const rows = Array.from({ length: 3000 }, (_, id) => [id, "a", id % 2, null]);
  const chart = chartOf(rows, COLUMNS, { ...bars, kind: "line", x: 0, measure: "mean" });
  const [{ points }] = chart.series as [(typeof chart.series)[number]];
  assert.equal(points.length, 150);
  assert.ok(points.every(({ y }) => y === 0.5));
  assert.equal(chart.notes.length, 1);
});

test("a histogram counts every row once, the greatest value too", () => {
  const rows = Array.from({ length: 101 }, (_, id) => [id, "", null, null]);
  const { series } = chartOf(rows, COLUMNS, { ...bars, kind: "histogram", x: 0 });
  const counts = series[0]!.points.map(({ y }) => y);
  assert.deepEqual([counts.length, counts.reduce((a, b) => a + b)], [30, 101]);
});

test("more names and colours than can be told apart are cut, and that is said", () => {
  const rows = Array.from({ length: 400 }, (_, id) => [id, `city ${id % 40}`, 1, null]);
  const chart = chartOf(rows, COLUMNS, { ...bars, colour: 1 });
  assert.equal(chart.names?.length, MAX_NAMES);
  assert.equal(chart.series.length, MAX_SERIES + 1);
  assert.equal(chart.notes.length, 2);
});

test("a small table is read whole, a large one in even stretches from its first row to its last", () => {
  assert.deepEqual(stretches(1500), [
    { first: 0, count: 1000 },
    { first: 1000, count: 500 },
  ]);
  const large = stretches(1_000_000);
  assert.equal(
    large.reduce((sum, { count }) => sum + count, 0),
    MAX_CHART_ROWS,
  );
  assert.deepEqual(
    [large[0], large.at(-1)],
    [
      { first: 0, count: 200 },
      { first: 999_800, count: 200 },
    ],
  );
});

test("a sample says that it is one", async () => {
  const read = async (first: number, count: number) => Array.from({ length: count }, (_, at) => [first + at]);
  const { signal } = new AbortController();
  const all = await readSample(read, 1500, signal);
  assert.deepEqual([all.rows.length, all.rows.at(-1), all.words], [1500, [1499], ""]);
  const some = await readSample(read, 1_000_000, signal);
  assert.match(some.words, /^A sample: 10,000 of 1,000,000 rows/);
});
