/** The commands that concern the notebook as a whole, or the page. */
import { toIpynbText } from "../document/ipynb.ts";
import { toPythonScript } from "../document/python-script.ts";
import type { CommandHandlers, CommandId } from "./commands.ts";
import type { NotebookController } from "./notebook-controller.ts";
import { fileNameOf, saveFile } from "./save-file.ts";

type PageCommandId = Extract<
  CommandId,
  | "find"
  | "toggle-all-line-numbers"
  | "toggle-files"
  | "toggle-databases"
  | "explain"
  | "toggle-theme"
  | "settings"
  | "save"
  | "home"
  | "new-notebook"
  | `open-${string}`
  | "rename"
  | "duplicate-notebook"
  | `export-${string}`
  | "packages"
  | "share"
  | "palette"
  | "shortcuts"
>;

/** What only the page can do. */
export type PageActs = Pick<
  CommandHandlers,
  Exclude<PageCommandId, "toggle-all-line-numbers" | "save" | "rename" | `export-${string}`>
> & {
  say(message: string, hint?: string): void;
  exportHtml(): Promise<string>;
  onError(error: unknown): void;
};

export function pageCommands(
  controller: NotebookController,
  page: PageActs,
): Pick<CommandHandlers, PageCommandId> {
  const { notebook, session } = controller;
  const { say, exportHtml, onError, ...acts } = page;
  const fileName = (extension: string) => fileNameOf(notebook.title, extension);
  return {
    ...acts,
    "toggle-all-line-numbers": () => controller.setAllLineNumbers(!controller.allLineNumbers),
    save: () => {
      if (session.saveState === "not_kept")
        say("This browser keeps nothing.", "Download the notebook before you close the page.");
      else if (session.saveFailure) say(session.saveFailure.message, session.saveFailure.hint);
      else say("Saved. Every change is kept in this browser by itself.");
    },
    rename: () => {
      const field = document.getElementById("notebook-title");
      if (!(field instanceof HTMLInputElement)) return;
      field.focus();
      field.select();
    },
    "export-ipynb": () => {
      session.blobs
        .wholes(notebook)
        .then((whole) => toIpynbText(notebook, whole))
        .then((text) => saveFile(fileName("ipynb"), text, "application/x-ipynb+json"))
        .catch(onError);
    },
    "export-py": () => saveFile(fileName("py"), toPythonScript(notebook), "text/x-python"),
    "export-html": () => {
      exportHtml().then((page) => saveFile(fileName("html"), page, "text/html"), onError);
    },
  };
}
