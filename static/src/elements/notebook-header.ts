/** The bar above a notebook: title, save state, run controls, kernel state, menu. */
import { html, nothing } from "lit";
import {
  Check,
  ChevronsRight,
  CloudAlert,
  Database,
  Ellipsis,
  Folder,
  House,
  LoaderCircle,
  Play,
  RotateCw,
  Search,
  Square,
  Users,
  WifiOff,
} from "lucide";
import type { OfflineState } from "../offline/register.ts";
import { type CommandHandlers, commandOf } from "./commands.ts";
import { icon } from "./icon.ts";
import { kernelStatus } from "./kernel-status.ts";
import { menu, NOTEBOOK_MENU } from "./menu.ts";
import type { NotebookController } from "./notebook-controller.ts";
import type { Sharing } from "./sharing.ts";

export interface HeaderParts {
  controller: NotebookController;
  commands: CommandHandlers;
  isOffline: boolean;
  environments: readonly { name: string; title: string }[];
  offline: OfflineState | null;
  sharing: Sharing | null;
  canShare: boolean;
  chooseEnvironment(name: string): void;
}

export function notebookHeader(parts: HeaderParts) {
  const { controller, commands, sharing } = parts;
  const { session, notebook } = controller;
  const isBusy = session.running !== null || session.queue.length > 0;
  return html`<header class="header">
    <div class="header-row">
      ${tool("home", House, commands)}
      ${titleField(notebook.title, (title) => {
        notebook.title = title;
      })}
      ${sharing ? sharing.header() : saveState(controller)}
      ${parts.isOffline && !sharing ? html`<span class="chip" title="No connection. Everything that is loaded keeps working.">${icon(WifiOff)}<span>Offline</span></span>` : nothing}
    </div>
    <div class="header-row header-tools" role="toolbar" aria-label="Notebook">
      <button class="button" @click=${commands["run-and-select-next"]} title="Run and go to the next cell (Shift Enter)">
        ${icon(Play)}<span>Run</span>
      </button>
      ${tool("run-all", ChevronsRight, commands)}
      ${tool("stop", Square, commands, !isBusy)}
      ${tool("restart", RotateCw, commands)}
      <span class="header-gap"></span>
      ${parts.canShare ? tool("share", Users, commands) : nothing}
      ${kernelStatus(parts)}
      ${tool("find", Search, commands)}
      ${tool("toggle-databases", Database, commands)}
      ${tool("toggle-files", Folder, commands)}
      <button class="icon-button" popovertarget="notebook-menu" aria-label="Menu" title="Menu" aria-haspopup="menu">
        ${icon(Ellipsis)}
      </button>
      ${menu("notebook-menu", "Notebook menu", NOTEBOOK_MENU, commands)}
    </div>
  </header>`;
}

function tool(
  command: keyof CommandHandlers,
  drawing: Parameters<typeof icon>[0],
  commands: CommandHandlers,
  disabled = false,
) {
  const { title } = commandOf(command);
  return html`<button class="icon-button" title=${title} aria-label=${title} ?disabled=${disabled} @click=${commands[command]}>
    ${icon(drawing)}
  </button>`;
}

function titleField(title: string, rename: (title: string) => void) {
  const change = (event: Event) => rename((event.target as HTMLInputElement).value.trim());
  const key = (event: KeyboardEvent) => {
    const field = event.target as HTMLInputElement;
    if (event.key === "Escape") field.value = title;
    if (event.key === "Enter" || event.key === "Escape") field.blur();
  };
  return html`<input class="title-field" id="notebook-title" aria-label="Title of the notebook" placeholder="Untitled"
    .value=${title} @change=${change} @keydown=${key} autocomplete="off" spellcheck="false" />`;
}

function saveState({ session }: NotebookController) {
  const { saveState: state, saveFailure } = session;
  const [drawing, words] =
    state === "saved"
      ? [Check, "Saved here"]
      : state === "saving"
        ? [LoaderCircle, "Saving…"]
        : [CloudAlert, state === "not_kept" ? "Not kept" : "Not saved"];
  const title = saveFailure
    ? `${saveFailure.message} ${saveFailure.hint}`
    : state === "not_kept"
      ? "This browser forbids storage: download the notebook before you close the page."
      : "Every change is kept in this browser by itself.";
  return html`<span class="save-state" data-state=${state} title=${title}>
    ${icon(drawing, state === "saving" ? "spinning" : "")}<span>${words}</span>
  </span>`;
}
