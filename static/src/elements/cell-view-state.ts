/** How a cell is folded, in the metadata that Jupyter uses for it. */
import type { Cell, Json } from "../document/notebook.ts";

export interface Folding {
  isSourceHidden: boolean;
  isOutputHidden: boolean;
  isOutputScrolled: boolean;
}

export function foldingOf(cell: Pick<Cell, "metadata">): Folding {
  const { metadata } = cell;
  const jupyter = objectOf(metadata["jupyter"]);
  return {
    isSourceHidden: jupyter["source_hidden"] === true,
    isOutputHidden: jupyter["outputs_hidden"] === true || metadata["collapsed"] === true,
    isOutputScrolled: metadata["scrolled"] === true,
  };
}

export function hideSource(cell: Cell, isHidden: boolean): void {
  setJupyterKey(cell, "source_hidden", isHidden);
}

export function hideOutput(cell: Cell, isHidden: boolean): void {
  cell.setMetadata("collapsed", isHidden ? true : undefined);
  setJupyterKey(cell, "outputs_hidden", isHidden);
}

export function scrollOutput(cell: Cell, isScrolled: boolean): void {
  cell.setMetadata("scrolled", isScrolled ? true : undefined);
}

function setJupyterKey(cell: Cell, key: string, isOn: boolean): void {
  const { [key]: _, ...rest } = objectOf(cell.metadata["jupyter"]);
  const changed: Record<string, Json> = isOn ? { ...rest, [key]: true } : rest;
  cell.setMetadata("jupyter", Object.keys(changed).length > 0 ? changed : undefined);
}

function objectOf(value: Json | undefined): Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
