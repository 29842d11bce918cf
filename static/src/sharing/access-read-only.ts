/** A notebook that one may read, or run, but not change: nothing of what is tried gets into the document. */
import { Compartment, EditorState, StateEffect } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import type * as Y from "yjs";
import { ORIGIN } from "../document/origin.ts";
import { ToldError } from "../session/notice.ts";
import { ROLE_WORDS, type Role } from "./access-words.ts";

/** Somebody tried what their role does not allow. */
export class RoleRefusal extends ToldError {
  readonly hint = "Ask an owner of the notebook, or duplicate it: the copy is yours.";
  override readonly name = "RoleRefusal";
}

/**
 * Refuses local changes that `role` does not allow, before they are made: a change that is in the document
 * cannot be taken out again, and the relay would close the connection over it. What comes from others is not
 * a change of one's own.
 */
export function confineChanges(
  doc: Y.Doc,
  role: () => Role | null,
  tell: (refusal: RoleRefusal) => void,
): void {
  const transact = doc.transact.bind(doc);
  doc.transact = (act, origin, ...rest) => {
    const words = refusalOf(role(), origin);
    if (!words) return transact(act, origin, ...rest);
    const refusal = new RoleRefusal(words);
    tell(refusal);
    throw refusal;
  };
}

/** Why a change with this origin is refused; empty when it is not. */
export function refusalOf(role: Role | null, origin: unknown): string {
  if (role === null || (role === "runner" && origin === ORIGIN.run)) return "";
  return ROLE_WORDS[role].refusal;
}

const compartments = new WeakMap<EditorView, Compartment>();

/** An editor that is on the page already: while read only, text can be selected and copied, and nothing typed. */
export function setReadOnly(view: EditorView, isReadOnly: boolean): void {
  const setting = EditorState.readOnly.of(isReadOnly);
  const known = compartments.get(view);
  const compartment = known ?? new Compartment();
  compartments.set(view, compartment);
  const effects = known ? known.reconfigure(setting) : StateEffect.appendConfig.of(compartment.of(setting));
  view.dispatch({ effects });
}
