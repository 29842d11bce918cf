import assert from "node:assert/strict";
import test from "node:test";
import metrics from "../node_modules/katex/src/fontMetricsData.js";
import { packMetrics, unpackMetrics } from "../src/outputs/font-metrics.ts";

test("packing loses nothing of KaTeX's own metrics", () => {
  assert.deepEqual(unpackMetrics(packMetrics(metrics)), metrics);
});

test("packing makes them a good deal shorter", () => {
  const [packed, plain] = [packMetrics(metrics), metrics].map((each) => JSON.stringify(each).length);
  assert.ok(packed < plain * 0.65, `${packed} of ${plain} characters`);
});
