/** A SQL cell's editor: its engine's dialect, completion from the schema, and a line below what was wrong. */
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { keywordCompletionSource } from "@codemirror/lang-sql";
import { Compartment, type Extension } from "@codemirror/state";
import { Decoration, type DecorationSet, type EditorView, ViewPlugin } from "@codemirror/view";
import type { Completion as KernelCompletion } from "../contracts/generated.ts";
import type { NotebookDocument } from "../document/notebook.ts";
import { popupOptions } from "../editor/completion.ts";
import { type SchemaStore, valueOf } from "./schema-store.ts";
import { candidatesAt, type SqlCandidate } from "./sql-candidates.ts";
import { sqlOf } from "./sql-dialects.ts";
import { errorPlace } from "./sql-error-place.ts";
import { cursorIn } from "./sql-statement.ts";

export interface SqlEditingParts {
  cellId: string;
  notebook: Pick<NotebookDocument, "cell" | "observe">;
  store: SchemaStore;
  /** The name of the connection that the cell asks now. */
  connection(): string | null;
  /** What Python knows by this prefix. */
  variables(prefix: string): Promise<readonly KernelCompletion[]>;
}

/** The schema is at hand, so nothing is won by waiting for a pause between keys. */
const MILLISECONDS_AFTER_KEY = 5;
const MOST_NAMES = 300;

export function sqlEditing(parts: SqlEditingParts): Extension {
  const dialect = new Compartment();
  const engineNow = () => {
    const name = parts.connection();
    return (name && parts.store.connection(name)?.engine) || null;
  };
  const following = ViewPlugin.fromClass(
    class {
      readonly #life = new AbortController();
      #engine = engineNow();

      constructor(view: EditorView) {
        const follow = () => {
          wantSchema(parts);
          const engine = engineNow();
          if (engine === this.#engine) return;
          this.#engine = engine;
          view.dispatch({ effects: dialect.reconfigure(sqlOf(engine).dialect.extension) });
        };
        parts.store.addEventListener("change", follow, this.#life);
        parts.notebook.observe((change) => {
          // The editor may be in an update of its own: what changed the cell comes first.
          if (change.cells.has(parts.cellId)) queueMicrotask(() => !this.#life.signal.aborted && follow());
        }, this.#life.signal);
        queueMicrotask(() => !this.#life.signal.aborted && follow());
      }

      destroy(): void {
        this.#life.abort();
      }
    },
  );
  const complete = (context: CompletionContext) => completionsAt(context, parts, engineNow());
  return [
    dialect.of(sqlOf(engineNow()).dialect.extension),
    autocompletion({ ...popupOptions, override: [complete], activateOnTypingDelay: MILLISECONDS_AFTER_KEY }),
    following,
    errorMarks(parts),
  ];
}

/** Once: what failed is asked for again by the panel's button, not with every key. */
function wantSchema({ store, connection }: SqlEditingParts): void {
  const name = connection();
  if (name && store.connection(name) && store.schema(name).kind === "unknown") void store.wantSchema(name);
}

async function completionsAt(
  context: CompletionContext,
  parts: SqlEditingParts,
  engine: Parameters<typeof sqlOf>[0],
): Promise<CompletionResult | null> {
  const magic = /^\s*%%[^\n]*(?:\n|$)/.exec(context.state.sliceDoc(0, 200))?.[0].length ?? 0;
  if (context.pos < magic) return null;
  const cursor = cursorIn(context.state.sliceDoc(magic), context.pos - magic);
  if (cursor === null) return null;
  const from = cursor.from + magic;
  if ("parameter" in cursor) {
    const found = await parts.variables(cursor.parameter);
    const options = found
      .filter(isVariable)
      .map(({ text, type }) => ({ label: text, type: "variable", detail: type }));
    return { from, options, validFor: /^\w*$/ };
  }
  const isWanted = context.explicit || cursor.prefix !== "" || cursor.qualifiers.length > 0;
  if (!isWanted) return null;
  const name = parts.connection();
  const schema = name ? valueOf(parts.store.schema(name)) : null;
  const { dialect, functions } = sqlOf(engine);
  const all = candidatesAt(cursor, schema, engine ?? "postgresql", functions);
  const isCut = all.length > MOST_NAMES;
  const named = (isCut ? bestOf(all, cursor.prefix) : all).map(optionOf);
  const options = cursor.qualifiers.length > 0 ? named : [...named, ...(await keywords(context, dialect))];
  // What was left out may fit the next key.
  return isCut ? { from, options } : { from, options, validFor: /^[\p{L}\p{N}_$]*$/u };
}

/** Those that have the prefix in them: to rank thousands by every letter takes longer than a key may. */
function bestOf(all: readonly SqlCandidate[], prefix: string): SqlCandidate[] {
  const wanted = prefix.toLowerCase();
  return all.filter(({ label }) => label.toLowerCase().includes(wanted)).slice(0, MOST_NAMES);
}

const TYPES: Record<SqlCandidate["kind"], string> = {
  column: "property",
  table: "class",
  schema: "namespace",
  function: "function",
  alias: "variable",
};

function optionOf({ label, text, kind, detail, info, boost }: SqlCandidate): Completion {
  const apply = kind === "function" ? applyCall : text;
  return { label, type: TYPES[kind], detail, boost, apply, ...(info ? { info } : {}) };
}

/** With the cursor between the parentheses. */
function applyCall(view: EditorView, { label }: Completion, from: number, to: number): void {
  const insert = `${label}()`;
  view.dispatch({
    changes: { from, to, insert },
    selection: { anchor: from + insert.length - 1 },
    userEvent: "input.complete",
  });
}

async function keywords(
  context: CompletionContext,
  dialect: Parameters<typeof keywordCompletionSource>[0],
): Promise<readonly Completion[]> {
  const found = await keywordCompletionSource(dialect)(context);
  return (found?.options ?? []).map((option) => ({ ...option, boost: -20 }));
}

/** Python's own words are no values to bind. */
function isVariable({ text, type }: KernelCompletion): boolean {
  return (
    /^[A-Za-z]\w*$/.test(text) && !["keyword", "module", "function", "class", "magic"].includes(type ?? "")
  );
}

function errorMarks({ notebook, cellId }: SqlEditingParts): Extension {
  const wrong = Decoration.mark({ class: "nb-sql-error" });
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet = Decoration.none;
      readonly #life = new AbortController();

      constructor(view: EditorView) {
        this.#mark(view);
        notebook.observe((change) => {
          if (!change.outputs.has(cellId)) return;
          this.#mark(view);
          // Decorations are read with an update.
          queueMicrotask(() => !this.#life.signal.aborted && view.dispatch({}));
        }, this.#life.signal);
      }

      update(update: { docChanged: boolean; view: EditorView }): void {
        if (update.docChanged) this.#mark(update.view);
      }

      destroy(): void {
        this.#life.abort();
      }

      #mark(view: EditorView): void {
        const cell = notebook.cell(cellId);
        const place = cell ? errorPlace(cell.outputs, view.state.doc.toString()) : null;
        this.decorations = place ? Decoration.set(wrong.range(place.from, place.to)) : Decoration.none;
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}
