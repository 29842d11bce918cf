/** Keeps two tabs that show one notebook the same, over a BroadcastChannel. */
import * as Y from "yjs";

/** The sync part of the y-protocols, one message per step. */
type TabMessage =
  | { kind: "state"; vector: Uint8Array; asks: boolean }
  | { kind: "update"; update: Uint8Array };

export class TabSync {
  readonly #doc: Y.Doc;
  readonly #channel: BroadcastChannel;

  /** `name` is the document's, so that tabs of two documents never meet. */
  constructor(doc: Y.Doc, name: string) {
    this.#doc = doc;
    this.#channel = new BroadcastChannel(`wasm-runtime:notebook:${name}`);
    this.#channel.onmessage = (event: MessageEvent<TabMessage>) => this.#take(event.data);
    doc.on("update", this.#share);
    this.#post({ kind: "state", vector: Y.encodeStateVector(doc), asks: true });
  }

  close(): void {
    this.#doc.off("update", this.#share);
    this.#channel.close();
  }

  /** Only pages of this origin can post here, so a message is what it says. */
  #take(message: TabMessage): void {
    if (message.kind === "update") {
      Y.applyUpdate(this.#doc, message.update, this);
      return;
    }
    const update = Y.encodeStateAsUpdate(this.#doc, message.vector);
    // An update without structs and deletions is two zero bytes.
    if (update.byteLength > 2) this.#post({ kind: "update", update });
    if (message.asks) this.#post({ kind: "state", vector: Y.encodeStateVector(this.#doc), asks: false });
  }

  /** What came from elsewhere, each tab gets from there. */
  readonly #share = (update: Uint8Array, _origin: unknown, _doc: Y.Doc, { local }: Y.Transaction): void => {
    if (local) this.#post({ kind: "update", update });
  };

  #post(message: TabMessage): void {
    this.#channel.postMessage(message);
  }
}
