/** What the owners of a shared notebook chose, as fields and in words: its databases, and its hosts on the web. */
import type { DocumentHosts } from "../contracts/generated.ts";
import type { DocumentConnections } from "../contracts/generated-databases.ts";
import type { Choice, ChoiceRow } from "./choice-fields.ts";
import { ENGINES } from "./schema-tree.ts";

export function databaseChoice({ offered, chosen }: DocumentConnections): Choice {
  const closed = offered.filter(({ every_notebook }) => every_notebook === false).map(({ name }) => name);
  return {
    words: {
      title: "Databases",
      open: "What each person may use",
      only: "Only these connections",
      none: "None is declared for you.",
      exceptions: exceptions(closed),
    },
    rows: rowsOf(
      offered.map(({ name, engine, description }) => ({
        name,
        about: [ENGINES[engine], description].filter(Boolean).join(". "),
      })),
      chosen ?? null,
    ),
    isOpen: (chosen ?? null) === null,
  };
}

/** Null where the relay has none for whoever asks, and nobody has chosen any. */
export function hostChoice({ offered, chosen }: DocumentHosts): Choice | null {
  if (offered.length === 0 && (chosen ?? null) === null) return null;
  const closed = offered.filter(({ every_notebook }) => every_notebook === false).map(({ host }) => host);
  return {
    words: {
      title: "Hosts, through the relay",
      open: "Those that each person may ask",
      only: "Only these hosts",
      none: "None is declared for you.",
      exceptions: exceptions(closed),
    },
    rows: rowsOf(
      offered.map(({ host, description, adds_credentials }) => ({
        name: host,
        about: [description, adds_credentials ? "The operator's key goes along" : ""]
          .filter(Boolean)
          .join(". "),
      })),
      chosen ?? null,
    ),
    isOpen: (chosen ?? null) === null,
  };
}

function exceptions(closed: readonly string[]): string {
  return closed.length === 0
    ? ""
    : `But not ${closed.join(", ")}: only notebooks whose owners choose it use that.`;
}

/** What is offered, and what another owner chose. */
function rowsOf(
  offered: readonly Omit<ChoiceRow, "isChosen">[],
  chosen: readonly string[] | null,
): ChoiceRow[] {
  const names = new Set(offered.map(({ name }) => name));
  const others = (chosen ?? []).filter((name) => !names.has(name));
  return [
    ...offered.map((row) => ({ ...row, isChosen: chosen?.includes(row.name) ?? false })),
    ...others.map((name) => ({
      name,
      about: "Chosen by another owner; not for your account",
      isChosen: true,
    })),
  ];
}
