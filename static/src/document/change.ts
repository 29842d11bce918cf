/** What changed in a document, told once per transaction in words of the domain. */
import type * as Y from "yjs";
import { CELL_ATTACHMENTS, CELL_EDITED_BY, CELL_METADATA, CELL_SOURCE } from "../contracts/generated.ts";

export interface DocumentChange {
  /** Cells came, went, moved or changed their type. */
  readonly structure: boolean;
  /** Cells whose source, metadata, attachments or execution count changed. */
  readonly cells: ReadonlySet<string>;
  /** Cells whose outputs changed. */
  readonly outputs: ReadonlySet<string>;
  /** Title, environment or other notebook metadata changed. */
  readonly meta: boolean;
  /** Who wrote: one of ORIGIN, a provider, or an editor's own. */
  readonly origin: unknown;
}

const CONTENT_KEYS: readonly string[] = [CELL_SOURCE, CELL_METADATA, CELL_ATTACHMENTS, CELL_EDITED_BY];

export interface Roots {
  meta: Y.Map<unknown>;
  cells: Y.Map<unknown>;
  outputs: Y.Map<unknown>;
  counts: Y.Map<unknown>;
}

type DeepEvents = Y.YEvent<Y.AbstractType<unknown>>[];

/** Calls `listener` after each transaction that touched a root, until `signal` aborts. */
export function observeRoots(
  doc: Y.Doc,
  roots: Roots,
  listener: (change: DocumentChange) => void,
  signal?: AbortSignal,
): void {
  let structure = false;
  let meta = false;
  let cells = new Set<string>();
  let outputs = new Set<string>();
  const onMeta = (): void => {
    meta = true;
  };
  const onCells = (events: DeepEvents): void => {
    for (const event of events) {
      const [id, key] = event.path as [string?, string?];
      const changesContent =
        key !== undefined || [...event.keys.keys()].some((field) => CONTENT_KEYS.includes(field));
      const changesPlace =
        key === undefined && [...event.keys.keys()].some((field) => !CONTENT_KEYS.includes(field));
      if (id === undefined || changesPlace) structure = true;
      if (id !== undefined && changesContent) cells.add(id);
    }
  };
  const onOutputs = (events: DeepEvents): void => {
    for (const event of events) {
      const [id] = event.path as [string?];
      for (const changed of id === undefined ? event.keys.keys() : [id]) outputs.add(changed);
    }
  };
  const onCounts = (event: Y.YMapEvent<unknown>): void => {
    for (const id of event.keysChanged) cells.add(String(id));
  };
  const tell = (transaction: Y.Transaction): void => {
    if (!structure && !meta && cells.size === 0 && outputs.size === 0) return;
    const change = { structure, cells, outputs, meta, origin: transaction.origin as unknown };
    structure = meta = false;
    cells = new Set();
    outputs = new Set();
    listener(change);
  };
  roots.meta.observeDeep(onMeta);
  roots.cells.observeDeep(onCells);
  roots.outputs.observeDeep(onOutputs);
  roots.counts.observe(onCounts);
  doc.on("afterTransaction", tell);
  signal?.addEventListener("abort", () => {
    roots.meta.unobserveDeep(onMeta);
    roots.cells.unobserveDeep(onCells);
    roots.outputs.unobserveDeep(onOutputs);
    roots.counts.unobserve(onCounts);
    doc.off("afterTransaction", tell);
  });
}
