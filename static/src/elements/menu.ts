/** A menu of commands in a native popover, walked with the arrow keys. */
import { html } from "lit";
import { keysTemplate } from "./command-palette.ts";
import { type CommandHandlers, type CommandId, commandOf } from "./commands.ts";

export const NOTEBOOK_MENU: readonly (readonly CommandId[])[] = [
  ["new-notebook", "open-file", "open-url", "duplicate-notebook", "rename", "share"],
  ["export-ipynb", "export-py", "export-html"],
  ["run-all", "run-above", "run-below", "restart-and-run-all", "first-error"],
  ["packages", "toggle-databases", "undo", "redo", "clear-all-outputs", "toggle-all-line-numbers"],
  ["settings", "palette", "shortcuts"],
];

export function menu(
  id: string,
  label: string,
  groups: readonly (readonly CommandId[])[],
  commands: CommandHandlers,
) {
  const items = (popover: HTMLElement) => [...popover.querySelectorAll<HTMLElement>('[role="menuitem"]')];
  const toggled = (event: ToggleEvent) => {
    if (event.newState === "open") items(event.currentTarget as HTMLElement)[0]?.focus();
  };
  const key = (event: KeyboardEvent) => {
    const all = items(event.currentTarget as HTMLElement);
    const at = all.indexOf(event.target as HTMLElement);
    const next: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    const index = next[event.key];
    if (index === undefined) return;
    event.preventDefault();
    all[(index + all.length) % all.length]?.focus();
  };
  const choose = (command: CommandId) => (event: Event) => {
    (event.currentTarget as HTMLElement).closest<HTMLElement>("[popover]")?.hidePopover();
    commands[command]();
  };
  return html`<div class="menu" popover id=${id} role="menu" aria-label=${label} @toggle=${toggled} @keydown=${key}>
    ${groups.map(
      (group) => html`<div role="group">
        ${group.map((command) => {
          const { title, keys, editKeys } = commandOf(command);
          return html`<button role="menuitem" tabindex="-1" @click=${choose(command)}>
            <span>${title}</span>${keysTemplate(keys?.[0] ?? editKeys?.[0])}
          </button>`;
        })}
      </div>`,
    )}
  </div>`;
}
