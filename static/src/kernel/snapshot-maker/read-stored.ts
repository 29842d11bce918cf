/** Reads an environment's files from a store folder and proves each by its hash. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { StoredFile } from "../../contracts/generated.ts";
import { placeOf } from "../headless/store.ts";

/** Throws when the file is missing or not what its name says. */
export function readStored(store: string, file: StoredFile): Uint8Array {
  const { buffer, byteOffset, byteLength } = readFileSync(placeOf(store, file));
  // Not a Buffer, which Python would see as something else, and not a copy: some files are large.
  const body = new Uint8Array(buffer, byteOffset, byteLength);
  if (createHash("sha256").update(body).digest("hex") !== file.sha256)
    throw new Error(`${file.name}: its hash differs from the environment's; run "wasm-runtime env verify"`);
  return body;
}
