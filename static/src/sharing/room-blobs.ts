/** Large outputs of a room's document, kept beside it on the relay by the hash of their bytes. */
import { BLOBS, ROOMS_PATH } from "../contracts/generated.ts";
import { OpenError } from "../session/open.ts";

export class RoomBlobs {
  readonly #folder: URL;

  /** `base`: the address below which everything of the app lies. */
  constructor(base: URL, documentId: string) {
    this.#folder = new URL(`${ROOMS_PATH}/${encodeURIComponent(documentId)}/${BLOBS}/`, base);
  }

  /** null where the relay does not have it, or cannot be reached. Whoever asks checks the hash. */
  async get(sha256: string): Promise<Uint8Array<ArrayBuffer> | null> {
    const response = await this.#ask(sha256);
    return response?.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  }

  async has(sha256: string): Promise<boolean> {
    return (await this.#ask(sha256, { method: "HEAD" }))?.ok ?? false;
  }

  /** Throws OpenError when the relay does not take it. */
  async put(sha256: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const response = await this.#ask(sha256, { method: "PUT", body });
    if (response?.ok) return;
    const why = response ? `HTTP ${response.status}` : "it cannot be reached";
    throw new OpenError(
      `The server did not take a large output: ${why}.`,
      "The others see the cell without it; run it again when the server answers.",
    );
  }

  async #ask(sha256: string, options?: RequestInit): Promise<Response | null> {
    try {
      return await fetch(new URL(sha256, this.#folder), options);
    } catch (error) {
      // No connection.
      if (error instanceof TypeError) return null;
      throw error;
    }
  }
}
