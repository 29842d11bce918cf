/** The commands that run cells and steer the kernel. */
import type { CommandHandlers, CommandId } from "./commands.ts";
import { firstErrorOf } from "./error-place.ts";
import type { NotebookController } from "./notebook-controller.ts";
import { selectOnly } from "./selection.ts";

type RunCommandId = Extract<
  CommandId,
  `run${string}` | "first-error" | "stop" | "restart" | "restart-and-run-all"
>;

export interface RunCommandOptions {
  /** Asks before variables are lost; resolves to whether to go on. */
  confirmRestart(): Promise<boolean>;
  say(message: string): void;
  onError(error: unknown): void;
}

export function runCommands(
  controller: NotebookController,
  { confirmRestart, say, onError }: RunCommandOptions,
): Pick<CommandHandlers, RunCommandId> {
  const { session, notebook } = controller;
  const attempt = (act: () => Promise<unknown>) => {
    act().catch(onError);
  };
  const run = (next: () => void) => {
    const ids = controller.selectedIds;
    controller.closeMarkdown(ids);
    attempt(() => controller.run(ids, next));
  };
  const runAndInsert = () => {
    const end = controller.order.indexOf(controller.selectedIds.at(-1) ?? "") + 1;
    run(() => controller.edit(notebook.insertCell(end).id));
  };
  const leaveEditor = () => {
    if (controller.mode === "edit") controller.leaveEditor();
  };
  const closeAll = () => controller.closeMarkdown(controller.order);
  return {
    run: () => run(leaveEditor),
    "run-and-insert": runAndInsert,
    "run-and-select-next": () => {
      const next = controller.order[controller.order.indexOf(controller.selectedIds.at(-1) ?? "") + 1];
      if (next === undefined) return runAndInsert();
      run(() => {
        leaveEditor();
        controller.select(selectOnly(next));
      });
    },
    "run-all": () => {
      closeAll();
      attempt(() => session.runAll());
    },
    "run-above": () => attempt(() => session.runAbove(controller.activeId ?? "")),
    "run-below": () => attempt(() => session.runBelow(controller.activeId ?? "")),
    stop: () => attempt(() => session.stop()),
    restart: () =>
      attempt(async () => {
        if (await confirmRestart()) await session.restart();
      }),
    "restart-and-run-all": () =>
      attempt(async () => {
        if (!(await confirmRestart())) return;
        closeAll();
        await session.restartAndRunAll();
      }),
    "first-error": () => {
      const place = firstErrorOf(notebook.cells());
      if (!place) return say("No cell shows an error.");
      controller.select(selectOnly(place.cellId));
      if (place.line !== null) controller.cells?.goToLine(place.cellId, place.line);
    },
    "running-cell": () => {
      const running = controller.order.find((id) => session.stateOf(id).kind === "running");
      if (running) controller.select(selectOnly(running));
      else say("No cell is running.");
    },
  };
}
