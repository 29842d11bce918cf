/** What a person is offered when the relay has ended a room's connection for good. */
import type { NotebookPage } from "../elements/notebook-page.ts";
import type { Ending } from "../sync/close-reasons.ts";

export interface WaysOn {
  connect(): void;
  signIn(): Promise<void>;
  goOnFromLastGoodState(): Promise<void>;
}

export function tellEnding({ kind, message, hint }: Ending, page: NotebookPage, ways: WaysOn): void {
  const { notify, onError } = page.parts;
  const offer = (words: string, act: () => void | Promise<void>) =>
    notify(
      { level: "warning", message, hint, topic: "room" },
      { words, act: () => void Promise.resolve(act()).catch(onError) },
    );
  if (kind === "reload") offer("Reload", () => location.reload());
  else if (kind === "quarantined") offer("Go on from the last good state", ways.goOnFromLastGoodState);
  else if (kind === "sign_in") offer("Sign in", ways.signIn);
  else offer("Try again", ways.connect);
}
