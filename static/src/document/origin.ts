/** Who writes to the document; only what a person does to the structure can be undone as structure. */
export const ORIGIN = {
  /** A person's act on cells or metadata. */
  structure: "structure",
  /** The first content of a new or imported document. */
  seed: "seed",
  /** Outputs and execution counts of a run. */
  run: "run",
  /** Who edited a cell, written after the edit. */
  attribution: "attribution",
  /** An older document brought to this version. */
  migration: "migration",
} as const;
