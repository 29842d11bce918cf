/** Every command of the page with its keys: the one table behind shortcuts, menus, palette and help. */

export type CommandGroup = "Run" | "Cells" | "Move around" | "View" | "Kernel" | "Notebook" | "Help";

export interface Command {
  readonly id: string;
  readonly title: string;
  readonly group: CommandGroup;
  /** Chords while a cell, not its editor, has the focus; a sequence is separated by spaces. */
  readonly keys?: readonly string[];
  /** Chords while an editor has the focus. */
  readonly editKeys?: readonly string[];
}

export const COMMANDS = [
  {
    id: "run",
    title: "Run the selected cells",
    group: "Run",
    keys: ["Mod-Enter", "Ctrl-Enter"],
    editKeys: ["Mod-Enter", "Ctrl-Enter"],
  },
  {
    id: "run-and-select-next",
    title: "Run and go to the next cell",
    group: "Run",
    keys: ["Shift-Enter"],
    editKeys: ["Shift-Enter"],
  },
  {
    id: "run-and-insert",
    title: "Run and insert a cell below",
    group: "Run",
    keys: ["Alt-Enter"],
    editKeys: ["Alt-Enter"],
  },
  { id: "run-all", title: "Run all cells", group: "Run" },
  { id: "run-above", title: "Run all cells above", group: "Run" },
  { id: "run-below", title: "Run this cell and all below", group: "Run" },
  { id: "explain", title: "Explain the SQL cell", group: "Run", keys: ["Shift-e"] },
  { id: "first-error", title: "Go to the first error", group: "Run", keys: ["e"] },
  { id: "running-cell", title: "Go to the running cell", group: "Run", keys: ["."] },

  { id: "stop", title: "Stop", group: "Kernel", keys: ["i i"] },
  { id: "restart", title: "Restart the kernel…", group: "Kernel", keys: ["0 0"] },
  { id: "restart-and-run-all", title: "Restart and run all cells…", group: "Kernel" },

  { id: "edit", title: "Edit the cell", group: "Cells", keys: ["Enter"] },
  { id: "leave-editor", title: "Leave the editor", group: "Cells", editKeys: ["Escape", "Ctrl-m"] },
  { id: "insert-above", title: "Insert a cell above", group: "Cells", keys: ["a"] },
  { id: "insert-below", title: "Insert a cell below", group: "Cells", keys: ["b"] },
  { id: "delete", title: "Delete cells", group: "Cells", keys: ["d d", "Delete"] },
  { id: "cut", title: "Cut cells", group: "Cells", keys: ["x", "Mod-x"] },
  { id: "copy", title: "Copy cells", group: "Cells", keys: ["c", "Mod-c"] },
  { id: "paste-below", title: "Paste cells below", group: "Cells", keys: ["v", "Mod-v"] },
  { id: "paste-above", title: "Paste cells above", group: "Cells", keys: ["Shift-v"] },
  { id: "duplicate", title: "Duplicate cells", group: "Cells", keys: ["Mod-Shift-d"] },
  { id: "undo", title: "Undo a cell operation", group: "Cells", keys: ["z", "Mod-z"] },
  { id: "redo", title: "Redo a cell operation", group: "Cells", keys: ["Shift-z", "Mod-Shift-z"] },
  {
    id: "move-up",
    title: "Move cells up",
    group: "Cells",
    keys: ["Alt-ArrowUp", "Ctrl-Shift-ArrowUp"],
    editKeys: ["Ctrl-Shift-ArrowUp"],
  },
  {
    id: "move-down",
    title: "Move cells down",
    group: "Cells",
    keys: ["Alt-ArrowDown", "Ctrl-Shift-ArrowDown"],
    editKeys: ["Ctrl-Shift-ArrowDown"],
  },
  { id: "merge", title: "Merge cells", group: "Cells", keys: ["Shift-m"] },
  {
    id: "split",
    title: "Split the cell at the cursor",
    group: "Cells",
    keys: ["Ctrl-Shift-Minus"],
    editKeys: ["Ctrl-Shift-Minus"],
  },
  { id: "to-code", title: "Change to code", group: "Cells", keys: ["y"] },
  { id: "to-markdown", title: "Change to Markdown", group: "Cells", keys: ["m"] },
  { id: "to-raw", title: "Change to raw text", group: "Cells", keys: ["r"] },
  { id: "heading-1", title: "Change to heading 1", group: "Cells", keys: ["1"] },
  { id: "heading-2", title: "Change to heading 2", group: "Cells", keys: ["2"] },
  { id: "heading-3", title: "Change to heading 3", group: "Cells", keys: ["3"] },
  { id: "heading-4", title: "Change to heading 4", group: "Cells", keys: ["4"] },
  { id: "heading-5", title: "Change to heading 5", group: "Cells", keys: ["5"] },
  { id: "heading-6", title: "Change to heading 6", group: "Cells", keys: ["6"] },
  { id: "clear-output", title: "Clear outputs of the selected cells", group: "Cells" },
  { id: "clear-all-outputs", title: "Clear all outputs", group: "Cells" },

  { id: "select-next", title: "Next cell", group: "Move around", keys: ["j", "ArrowDown"] },
  { id: "select-previous", title: "Previous cell", group: "Move around", keys: ["k", "ArrowUp"] },
  {
    id: "extend-next",
    title: "Extend the selection down",
    group: "Move around",
    keys: ["Shift-j", "Shift-ArrowDown"],
  },
  {
    id: "extend-previous",
    title: "Extend the selection up",
    group: "Move around",
    keys: ["Shift-k", "Shift-ArrowUp"],
  },
  { id: "select-all", title: "Select all cells", group: "Move around", keys: ["Mod-a"] },
  { id: "select-first", title: "First cell", group: "Move around", keys: ["Home", "Mod-Home"] },
  { id: "select-last", title: "Last cell", group: "Move around", keys: ["End", "Mod-End"] },

  { id: "find", title: "Find and replace", group: "View", keys: ["Mod-f"], editKeys: ["Mod-f"] },
  { id: "toggle-source", title: "Hide or show the source", group: "View", keys: ["s"] },
  { id: "toggle-output", title: "Hide or show the output", group: "View", keys: ["o"] },
  { id: "toggle-output-scroll", title: "Scroll or expand the output", group: "View", keys: ["Shift-o"] },
  { id: "toggle-line-numbers", title: "Line numbers of the cell", group: "View", keys: ["l"] },
  { id: "toggle-all-line-numbers", title: "Line numbers of all cells", group: "View", keys: ["Shift-l"] },
  { id: "toggle-files", title: "Files panel", group: "View", keys: ["Mod-Shift-f"] },
  { id: "toggle-databases", title: "Databases panel", group: "View", keys: ["Shift-d"] },
  { id: "toggle-theme", title: "Switch between light and dark", group: "View" },
  { id: "settings", title: "Settings", group: "View", keys: ["Mod-,"], editKeys: ["Mod-,"] },

  { id: "save", title: "Save now", group: "Notebook", keys: ["Mod-s"], editKeys: ["Mod-s"] },
  { id: "home", title: "All notebooks", group: "Notebook" },
  { id: "new-notebook", title: "New notebook", group: "Notebook" },
  { id: "open-file", title: "Open a file…", group: "Notebook" },
  { id: "open-url", title: "Open from a URL…", group: "Notebook" },
  { id: "rename", title: "Rename the notebook", group: "Notebook" },
  { id: "duplicate-notebook", title: "Duplicate the notebook", group: "Notebook" },
  { id: "share", title: "Share…", group: "Notebook" },
  { id: "packages", title: "Packages…", group: "Notebook" },
  { id: "export-ipynb", title: "Download as notebook (.ipynb)", group: "Notebook" },
  { id: "export-py", title: "Download as Python (.py)", group: "Notebook" },
  { id: "export-html", title: "Download as web page (.html)", group: "Notebook" },

  {
    id: "palette",
    title: "Command palette",
    group: "Help",
    keys: ["p", "Mod-Shift-c", "Mod-Shift-p"],
    editKeys: ["Mod-Shift-c", "Mod-Shift-p"],
  },
  { id: "shortcuts", title: "Keyboard shortcuts", group: "Help", keys: ["h"] },
] as const satisfies readonly Command[];

export type CommandId = (typeof COMMANDS)[number]["id"];

export type CommandHandlers = Record<CommandId, () => void>;

const BY_ID = new Map<CommandId, Command>(COMMANDS.map((command) => [command.id, command]));

export function commandOf(id: CommandId): Command {
  return BY_ID.get(id)!;
}

/** The chords of one mode as a map from the whole sequence to its command. */
export function keymapOf(mode: "command" | "edit"): ReadonlyMap<string, CommandId> {
  const chords = (command: Command) => (mode === "edit" ? command.editKeys : command.keys) ?? [];
  return new Map(COMMANDS.flatMap((command) => chords(command).map((keys) => [keys, command.id] as const)));
}
