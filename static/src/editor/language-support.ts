/** The language packs of the editor: Python at hand, the others fetched when a cell needs them, SQL with databases. */
import type { Extension } from "@codemirror/state";
import type { EditorLanguage } from "./language.ts";
import { python } from "./python.ts";

export function loadLanguage(
  language: EditorLanguage,
  sql: () => Promise<Extension>,
): Extension | Promise<Extension> {
  switch (language) {
    case "python":
      return python();
    case "plain":
      return [];
    case "markdown":
      return otherLanguages().then(({ markdown }) => markdown());
    case "html":
      return otherLanguages().then(({ html }) => html());
    case "sql":
      return sql();
  }
}

const otherLanguages = () => import("./other-languages.ts");
