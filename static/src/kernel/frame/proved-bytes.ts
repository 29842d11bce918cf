/** A kept file's bytes, proved by their hash. */
import { sha256Of } from "../../contracts/sha256.ts";

/** All of `file`, or null when it is not what the hash says. Rejects when it cannot be read. */
export async function provedBytes(file: Blob, sha256: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return (await sha256Of(bytes)) === sha256 ? bytes : null;
}
