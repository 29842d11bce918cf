/** Marks the runs of runtimes that have left: nothing is said to be running that nobody runs. */
import { type Presence, runtimesOf } from "../document/presence.ts";
import type { Runs } from "../document/runs.ts";

export class LostRuns {
  readonly #runs: Runs;
  readonly #presence: Presence;
  readonly #ownId: string;
  /** Once each: a runtime that we cannot see, and that says it goes on, is believed. */
  readonly #marked = new Set<string>();

  constructor(runs: Runs, presence: Presence, ownId: string) {
    this.#runs = runs;
    this.#presence = presence;
    this.#ownId = ownId;
  }

  follow(): void {
    if (!this.#presence.isComplete) return;
    const there = new Set([this.#ownId, ...runtimesOf(this.#presence).map(({ id }) => id)]);
    const lost = this.#runs
      .unfinished()
      .filter(({ id, run }) => !there.has(run.runtime_id) && !this.#marked.has(id));
    if (lost.length === 0) return;
    for (const { id } of lost) this.#marked.add(id);
    this.#runs.lose(lost);
  }
}
