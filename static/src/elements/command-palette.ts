/** All commands in one searchable list. */
import { html, render } from "lit";
import { COMMANDS, type Command, type CommandHandlers, type CommandId } from "./commands.ts";
import { showDialog } from "./dialog.ts";
import { readableKeys } from "./key-sequence.ts";
import { isMac } from "./platform.ts";

/** The commands that hold all words of `text`, in the order of the table. */
export function matchingCommands(text: string): readonly (Command & { id: CommandId })[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return COMMANDS.filter(({ title, group }) => {
    const haystack = `${title} ${group}`.toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}

export function keysTemplate(keys: string | undefined) {
  if (!keys) return html``;
  return html`<span class="keys">${readableKeys(keys, isMac).map((chord) => chord.map((key) => html`<kbd>${key}</kbd>`))}</span>`;
}

/** At most two ways to call a command, without those that read the same here. */
export function shownKeys({ keys, editKeys }: Command): string[] {
  const byText = new Map((keys ?? editKeys ?? []).map((chord) => [readableKeys(chord, isMac).join(), chord]));
  return [...byText.values()].slice(0, 2);
}

export async function showCommandPalette(commands: CommandHandlers): Promise<void> {
  let text = "";
  let index = 0;
  const chosen = await showDialog<CommandId>({ title: "Command palette", extraClass: "palette" }, (close) => {
    const list = document.createElement("div");
    list.className = "palette-list";
    const draw = () => {
      const found = matchingCommands(text);
      index = Math.min(index, Math.max(found.length - 1, 0));
      render(
        html`<ul role="listbox" id="palette-options" aria-label="Commands">
          ${found.map(
            (command, at) => html`<li role="option" id=${`palette-${at}`} aria-selected=${at === index}
              @click=${() => close(command.id)}>
              <span>${command.title}</span><span class="soft palette-group">${command.group}</span>
              ${keysTemplate(command.keys?.[0] ?? command.editKeys?.[0])}
            </li>`,
          )}
        </ul>
        ${found.length === 0 ? html`<p class="soft palette-empty">No command matches “${text}”.</p>` : ""}`,
        list,
      );
      list.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
    };
    const key = (event: KeyboardEvent) => {
      const found = matchingCommands(text);
      const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
      const step = steps[event.key];
      if (step) index = Math.min(Math.max(index + step, 0), found.length - 1);
      else if (event.key === "Enter") close(found[index]?.id ?? null);
      else return;
      event.preventDefault();
      const field = event.target as HTMLInputElement;
      field.setAttribute("aria-activedescendant", `palette-${index}`);
      draw();
    };
    const search = (event: InputEvent) => {
      text = (event.target as HTMLInputElement).value;
      index = 0;
      draw();
    };
    draw();
    return html`<input class="field palette-field" type="text" placeholder="Search commands" aria-label="Search commands"
        role="combobox" aria-expanded="true" aria-controls="palette-options" autofocus @input=${search} @keydown=${key} />
      ${list}`;
  });
  if (chosen) commands[chosen]();
}
