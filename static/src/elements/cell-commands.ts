/** The commands that change cells or move between them. */
import { copyCells, duplicateCells, pasteCells } from "../document/clipboard.ts";
import type { Cell, CellType } from "../document/notebook.ts";
import { mergeCells, splitCell } from "../document/split-merge.ts";
import { foldingOf, hideOutput, hideSource, scrollOutput } from "./cell-view-state.ts";
import type { CommandHandlers, CommandId } from "./commands.ts";
import type { NotebookController } from "./notebook-controller.ts";
import { extendTo, neighbour, selectOnly } from "./selection.ts";

type CellCommandId = Extract<
  CommandId,
  | "edit"
  | "leave-editor"
  | `insert-${string}`
  | "delete"
  | "cut"
  | "copy"
  | `paste-${string}`
  | "duplicate"
  | "undo"
  | "redo"
  | `move-${string}`
  | "merge"
  | "split"
  | `to-${string}`
  | `heading-${string}`
  | `clear-${string}`
  | `select-${string}`
  | `extend-${string}`
  | "toggle-source"
  | "toggle-output"
  | "toggle-output-scroll"
  | "toggle-line-numbers"
>;

export function cellCommands(controller: NotebookController): Pick<CommandHandlers, CellCommandId> {
  const { notebook } = controller;
  const selectedCells = () =>
    controller.selectedIds.map((id) => notebook.cell(id)).filter((cell) => cell !== undefined);
  const firstIndex = () => Math.max(0, controller.order.indexOf(controller.selectedIds[0] ?? ""));
  const endIndex = () => controller.order.indexOf(controller.selectedIds.at(-1) ?? "") + 1;
  const insert = (index: number) => {
    const cell = notebook.insertCell(index);
    controller.select(selectOnly(cell.id));
  };
  const selectNew = (cells: readonly Cell[]) => {
    const [first] = cells;
    if (first) controller.select({ anchorId: first.id, activeId: cells.at(-1)!.id });
  };
  const paste = (index: number) => {
    if (controller.clipboard.text) selectNew(pasteCells(notebook, index, controller.clipboard.text));
  };
  const copy = () => {
    controller.clipboard.text = copyCells(notebook, controller.selectedIds);
  };
  const remove = () => {
    notebook.deleteCells(controller.selectedIds);
    controller.select(controller.selection);
  };
  const move = (step: -1 | 1) => {
    const index = step < 0 ? firstIndex() - 1 : endIndex() + 1;
    if (index < 0 || index > controller.order.length) return;
    notebook.moveCells(controller.selectedIds, index);
    if (controller.mode === "command") controller.select(controller.selection);
  };
  const changeType = (type: CellType) => {
    notebook.transact(() => {
      for (const id of controller.selectedIds) notebook.changeType(id, type);
    });
    if (type === "markdown") for (const id of controller.selectedIds) controller.openMarkdown(id);
  };
  const heading = (level: number) => () => {
    changeType("markdown");
    const cell = controller.active;
    if (cell) cell.source = `${"#".repeat(level)} ${cell.source.replace(/^#+ ?/, "")}`;
  };
  const step = (direction: 1 | -1) => {
    const id = neighbour(controller.order, controller.selection, direction);
    if (id) controller.select(selectOnly(id));
  };
  const extend = (direction: 1 | -1) => {
    const id = neighbour(controller.order, controller.selection, direction);
    if (id) controller.select(extendTo(controller.selection, id));
  };
  /** All folded, or all open when they were: the first cell decides. */
  const fold = (isOn: (cell: Cell) => boolean, set: (cell: Cell, value: boolean) => void) => {
    const cells = selectedCells();
    const wanted = cells[0] ? !isOn(cells[0]) : false;
    notebook.transact(() => {
      for (const cell of cells) set(cell, wanted);
    });
  };
  const clear = (cells: readonly Cell[]) =>
    notebook.transact(() => {
      for (const cell of cells) {
        cell.clearOutputs();
        cell.setExecutionCount(null);
      }
    });
  const split = () => {
    const id = controller.activeId;
    const cursor = id && controller.cells?.cursorOf(id);
    if (id && cursor !== null && cursor !== undefined && cursor !== "") splitCell(notebook, id, cursor);
  };
  return {
    edit: () => controller.activeId && controller.edit(controller.activeId),
    "leave-editor": () => controller.leaveEditor(),
    "insert-above": () => insert(firstIndex()),
    "insert-below": () => insert(endIndex()),
    delete: remove,
    copy,
    cut: () => {
      copy();
      remove();
    },
    "paste-below": () => paste(endIndex()),
    "paste-above": () => paste(firstIndex()),
    duplicate: () => selectNew(duplicateCells(notebook, controller.selectedIds)),
    undo: () => {
      notebook.undo.undo();
      controller.select(controller.selection);
    },
    redo: () => {
      notebook.undo.redo();
      controller.select(controller.selection);
    },
    "move-up": () => move(-1),
    "move-down": () => move(1),
    merge: () => {
      const ids = controller.selectedIds;
      const next = controller.order[endIndex()];
      const merged = mergeCells(notebook, ids.length > 1 || !next ? ids : [...ids, next]);
      controller.select(selectOnly(merged.id));
    },
    split,
    "to-code": () => changeType("code"),
    "to-markdown": () => changeType("markdown"),
    "to-raw": () => changeType("raw"),
    "heading-1": heading(1),
    "heading-2": heading(2),
    "heading-3": heading(3),
    "heading-4": heading(4),
    "heading-5": heading(5),
    "heading-6": heading(6),
    "clear-output": () => clear(selectedCells()),
    "clear-all-outputs": () => clear(notebook.cells()),
    "select-next": () => step(1),
    "select-previous": () => step(-1),
    "extend-next": () => extend(1),
    "extend-previous": () => extend(-1),
    "select-all": () =>
      controller.select({ anchorId: controller.order[0] ?? null, activeId: controller.order.at(-1) ?? null }),
    "select-first": () => controller.select(selectOnly(controller.order[0] ?? null)),
    "select-last": () => controller.select(selectOnly(controller.order.at(-1) ?? null)),
    "toggle-source": () => fold((cell) => foldingOf(cell).isSourceHidden, hideSource),
    "toggle-output": () => fold((cell) => foldingOf(cell).isOutputHidden, hideOutput),
    "toggle-output-scroll": () => fold((cell) => foldingOf(cell).isOutputScrolled, scrollOutput),
    "toggle-line-numbers": () => controller.toggleLineNumbers(controller.selectedIds),
  };
}
