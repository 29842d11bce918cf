/** A plan's steps as the rows of a tree, and what share of the cost each step has itself. */
import type { PlanStep } from "../contracts/generated-databases.ts";

export interface PlanRow {
  index: number;
  step: PlanStep;
  /** From 1. */
  level: number;
  position: number;
  siblings: number;
  /** The row of the step it is part of. */
  parent: number | null;
  /** null: nothing is below it. */
  isExpanded: boolean | null;
  /** Of the whole plan's cost, from 0 to 1; null where the database states none. */
  share: number | null;
}

/** Those that show while the steps in `collapsed` are closed. */
export function planRows(steps: readonly PlanStep[], collapsed: ReadonlySet<number>): PlanRow[] {
  const parents = parentsOf(steps);
  const below = steps.map((_, index) => parents.flatMap((parent, at) => (parent === index ? [at] : [])));
  const tops = parents.flatMap((parent, at) => (parent === null ? [at] : []));
  const shares = sharesOf(steps, below);
  const rows: PlanRow[] = [];
  const hidden = new Set<number>();
  for (const [index, step] of steps.entries()) {
    const parent = parents[index]!;
    if (parent !== null && (hidden.has(parent) || collapsed.has(parent))) {
      hidden.add(index);
      continue;
    }
    const siblings = parent === null ? tops : below[parent]!;
    rows.push({
      ...{ index, step, parent, level: step.depth + 1, share: shares[index]! },
      ...{ position: siblings.indexOf(index) + 1, siblings: siblings.length },
      isExpanded: below[index]!.length === 0 ? null : !collapsed.has(index),
    });
  }
  return rows;
}

/** The nearest step before that is less deep. */
function parentsOf(steps: readonly PlanStep[]): (number | null)[] {
  const open: number[] = [];
  return steps.map(({ depth }, index) => {
    while (open.length > 0 && steps[open.at(-1)!]!.depth >= depth) open.pop();
    const parent = open.at(-1) ?? null;
    open.push(index);
    return parent;
  });
}

/** A step's own cost is its cost without those below; a LIMIT may cost less than what it cuts short. */
function sharesOf(steps: readonly PlanStep[], below: readonly number[][]): (number | null)[] {
  const own = steps.map(({ cost }, index) => {
    if (cost === undefined || cost === null) return null;
    const rest = below[index]!.reduce((sum, at) => sum + (steps[at]!.cost ?? 0), 0);
    return Math.max(0, cost - rest);
  });
  const whole = own.reduce<number>((sum, cost) => sum + (cost ?? 0), 0);
  return own.map((cost) => (cost === null || whole === 0 ? null : cost / whole));
}
