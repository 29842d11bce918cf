/** The language packs of the editor: Python at hand, the others fetched when a cell needs them. */
import type { Extension } from "@codemirror/state";
import type { EditorLanguage } from "./language.ts";
import { python } from "./python.ts";

export function loadLanguage(language: EditorLanguage): Extension | Promise<Extension> {
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
      return otherLanguages().then(({ sql }) => sql());
  }
}

const otherLanguages = () => import("./other-languages.ts");
