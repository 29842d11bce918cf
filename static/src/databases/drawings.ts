/** The signs of the schema browser, in the manner of the page's other icons; here, they burden no other page. */
import type { IconNode } from "lucide";

export const TABLE: IconNode = [
  ["rect", { x: 3, y: 4, width: 18, height: 16, rx: 2 }],
  ["path", { d: "M3 10h18M10 10v10" }],
];

export const KEY: IconNode = [
  ["circle", { cx: 8, cy: 15, r: 5 }],
  ["path", { d: "M11.5 11.5L20 3M16 7l4 4" }],
];

/** A column that points at another table's. */
export const REFERENCE: IconNode = [["path", { d: "M4 5v7a3 3 0 0 0 3 3h12M14 10l5 5-5 5" }]];

/** Steps below steps. */
export const PLAN: IconNode = [
  ["rect", { x: 3, y: 3, width: 8, height: 6, rx: 1 }],
  ["rect", { x: 13, y: 15, width: 8, height: 6, rx: 1 }],
  ["path", { d: "M7 9v9h6" }],
];
