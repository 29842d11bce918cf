/** Writes the events of one run into the document, at most once per frame. */
import type { DisplayData, RunEvent, UpdateDisplayData } from "../contracts/generated.ts";
import { holdsLargeValue } from "../document/blobs.ts";
import { isJsonObject, type Json, type JsonObject } from "../document/json.ts";
import { type Cell, type NotebookDocument, ORIGIN } from "../document/notebook.ts";

/** Calls `act` at the next frame, or soon when no frames are drawn; the result cancels it. */
export type Schedule = (act: () => void) => () => void;

/** Frames stop in a hidden tab while a run goes on, so a timer stands in. */
export const nextFrame: Schedule = (act) => {
  let done = false;
  const once = (): void => {
    if (!done) act();
    done = true;
  };
  const timer = setTimeout(once, 100);
  if (typeof requestAnimationFrame === "function") requestAnimationFrame(once);
  else setTimeout(once, 16);
  return () => {
    done = true;
    clearTimeout(timer);
  };
};

/** Events with which a run's own output begins. */
const SHOWING: readonly RunEvent["kind"][] = [
  "stream",
  "display_data",
  "execute_result",
  "error",
  "clear_output",
  "input_requested",
];

/** Puts large values aside. */
export interface BlobKeeper {
  keep(data: JsonObject): Promise<JsonObject>;
}

/** Which cells show an output with a display id; shared by all runs of a kernel. */
export type DisplayTable = Map<string, Set<string>>;

export class RunOutputs {
  readonly #notebook: NotebookDocument;
  readonly #cellId: string;
  readonly #displays: DisplayTable;
  readonly #schedule: Schedule;
  #waiting: RunEvent[] = [];
  /** Resolves when the large value that is being put aside is; what comes after it waits. */
  #keeping: Promise<void> | null = null;
  readonly #blobs: BlobKeeper;
  #cancel: (() => void) | null = null;
  /** The old outputs go when the first new one comes, so that a quick rerun does not flicker. */
  #clearFirst = true;

  constructor(
    notebook: NotebookDocument,
    cellId: string,
    displays: DisplayTable,
    schedule: Schedule,
    blobs: BlobKeeper,
  ) {
    this.#notebook = notebook;
    this.#blobs = blobs;
    this.#cellId = cellId;
    this.#displays = displays;
    this.#schedule = schedule;
  }

  /** The first event of a quiet time is written at once, those after it with the next frame. */
  take(event: RunEvent): void {
    this.#waiting.push(event);
    if (this.#cancel !== null) return;
    this.flush();
    this.#cancel = this.#schedule(() => {
      this.#cancel = null;
      this.flush();
    });
  }

  /** Resolves when nothing large is being put aside any more; null when nothing is. */
  get settled(): Promise<void> | null {
    return this.#keeping?.then(() => this.settled ?? undefined) ?? null;
  }

  /** Writes all that waits; with `end`, also removes old outputs that nothing replaced. */
  flush(end = false): void {
    const events = this.#ready();
    if (end) {
      this.#cancel?.();
      this.#cancel = null;
    }
    if (events.length === 0 && !(end && this.#clearFirst)) return;
    this.#notebook.transact(() => {
      // The cell may have been deleted while it ran.
      const cell = this.#notebook.cell(this.#cellId);
      if (cell?.type !== "code") return;
      for (const event of events) this.#write(cell, event);
      if (end) this.#clear(cell);
    }, ORIGIN.run);
  }

  /** The events up to the first one that holds a large value, which is put aside first. */
  #ready(): RunEvent[] {
    if (this.#keeping !== null) return [];
    const index = this.#waiting.findIndex((event) => "data" in event && holdsLargeValue(event.data));
    if (index < 0) return this.#waiting.splice(0);
    const large = this.#waiting[index] as DisplayData;
    this.#keeping = this.#blobs.keep(large.data).then((data) => {
      this.#waiting[0] = { ...large, data };
      this.#keeping = null;
      this.flush();
    });
    return this.#waiting.splice(0, index);
  }

  /** Removes the outputs of the run before, if nothing has replaced them yet. */
  clearOld(): void {
    const cell = this.#notebook.cell(this.#cellId);
    if (cell !== undefined) this.#clear(cell);
  }

  #write(cell: Cell, event: RunEvent): void {
    const showsSomething = event.kind !== "clear_output" || !event.wait;
    if (event.kind === "clear_output") this.#clearFirst = true;
    if (SHOWING.includes(event.kind) && showsSomething) this.#clear(cell);
    switch (event.kind) {
      case "run_started":
        cell.setExecutionCount(event.execution_count);
        break;
      case "stream":
        cell.appendStream(event.name, event.text);
        break;
      case "display_data":
        this.#display(cell, event);
        break;
      case "update_display_data":
        this.#update(event);
        break;
      case "execute_result": {
        const { execution_count, data, metadata } = event;
        cell.appendOutput({ output_type: "execute_result", execution_count, data, metadata });
        break;
      }
      case "error": {
        const { ename, evalue, traceback } = event;
        cell.appendOutput({ output_type: "error", ename, evalue, traceback });
        break;
      }
    }
  }

  #display(cell: Cell, { data, metadata, transient }: DisplayData): void {
    const displayId = displayIdOf(transient);
    if (displayId === null) {
      cell.appendOutput({ output_type: "display_data", data, metadata });
      return;
    }
    const cells = this.#displays.get(displayId) ?? new Set();
    this.#displays.set(displayId, cells.add(this.#cellId));
    cell.appendOutput({ output_type: "display_data", data, metadata, transient: { display_id: displayId } });
  }

  #update({ transient, data, metadata }: UpdateDisplayData): void {
    const displayId = displayIdOf(transient);
    if (displayId === null) return;
    for (const cellId of this.#displays.get(displayId) ?? []) {
      this.#notebook.cell(cellId)?.updateDisplay(displayId, data, metadata);
    }
  }

  #clear(cell: Cell): void {
    if (this.#clearFirst) cell.clearOutputs();
    this.#clearFirst = false;
  }
}

function displayIdOf(transient: Json | undefined): string | null {
  const displayId = isJsonObject(transient) ? transient["display_id"] : undefined;
  return typeof displayId === "string" ? displayId : null;
}
