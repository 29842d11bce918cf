/** The help dialog that lists every key, made from the table of commands. */
import { html } from "lit";
import { keysTemplate, shownKeys } from "./command-palette.ts";
import { COMMANDS, type Command } from "./commands.ts";
import { showDialog } from "./dialog.ts";

const EDITOR_KEYS: readonly { title: string; keys: string }[] = [
  { title: "Complete, or indent", keys: "Tab" },
  { title: "Documentation, or unindent", keys: "Shift-Tab" },
  { title: "Comment or uncomment lines", keys: "Mod-/" },
  { title: "Select the next occurrence", keys: "Mod-d" },
  { title: "Undo", keys: "Mod-z" },
  { title: "Leave the editor by keyboard: Escape, then Tab", keys: "Escape Tab" },
];

export function showShortcuts(): Promise<null> {
  const withKeys: readonly Command[] = COMMANDS.filter(
    (command: Command) => command.keys || command.editKeys,
  );
  const groups = [...new Set(withKeys.map(({ group }) => group))];
  return showDialog<null>(
    { title: "Keyboard shortcuts", extraClass: "shortcuts" },
    () => html`
      <p class="soft">
        A cell is either selected (blue bar) or edited (green bar). Enter starts editing, Escape ends it; most keys
        below act on the selected cells.
      </p>
      <div class="shortcut-groups">
        ${groups.map(
          (group) => html`<section>
            <h3>${group}</h3>
            <dl>
              ${withKeys
                .filter((command) => command.group === group)
                .map((command) => row(command.title, shownKeys(command)))}
            </dl>
          </section>`,
        )}
        <section>
          <h3>In the editor</h3>
          <dl>${EDITOR_KEYS.map(({ title, keys }) => row(title, [keys]))}</dl>
        </section>
      </div>
    `,
  );
}

function row(title: string, keys: readonly string[]) {
  return html`<div><dt>${title}</dt><dd>${keys.map(keysTemplate)}</dd></div>`;
}
