/** Files of an environment in a store folder, each proved before it is used: by the parent, or else here. */
import type { StoredFile } from "../../contracts/generated.ts";
import { type AssetBody, type ByteSource, BytesInMemory } from "../worker/asset-body.ts";
import type { Host, HostFile } from "./host.ts";
import type { ParentProofs } from "./parent-proofs.ts";

// Taken before user code can put another in its place.
const digest = crypto.subtle.digest.bind(crypto.subtle);

export class StoredBody implements AssetBody {
  private readonly host: Pick<Host, "openFile">;
  private readonly path: string;
  private readonly file: StoredFile;
  private readonly proofs: Pick<ParentProofs, "find">;
  private opened: HostFile | null = null;

  constructor(
    host: Pick<Host, "openFile">,
    store: string,
    file: StoredFile,
    proofs: Pick<ParentProofs, "find">,
  ) {
    this.host = host;
    this.path = placeOf(store, file);
    this.file = file;
    this.proofs = proofs;
  }

  async whole(sha256: string): Promise<Uint8Array | null> {
    const body = this.read(0, this.open().bytes);
    return (await (this.proofs.find(sha256) ?? isIntact(body, sha256))) ? body : null;
  }

  async source(sha256: string): Promise<ByteSource | null> {
    const file = this.open();
    const promised = this.proofs.find(sha256);
    if (promised)
      return (await promised)
        ? { bytes: file.bytes, copyInto: (target, from) => this.fill(target, from) }
        : null;
    const body = await this.whole(sha256);
    return body && new BytesInMemory(body);
  }

  read(start: number, end: number): Uint8Array {
    const part = new Uint8Array(end - start);
    this.fill(part, start);
    return part;
  }

  private fill(target: Uint8Array, from: number): void {
    const file = this.open();
    for (let at = 0; at < target.length; ) {
      const count = file.readInto(target.subarray(at), from + at);
      if (count === 0) throw new Error(`${this.file.name} is shorter than it should be`);
      at += count;
    }
  }

  private open(): HostFile {
    try {
      this.opened ??= this.host.openFile(this.path);
      return this.opened;
    } catch (cause) {
      if ((cause as { code?: string }).code !== "ENOENT") throw cause;
      throw new Error(`${this.file.name} is not in the store; run "wasm-runtime env build"`);
    }
  }
}

/** Where the store keeps the file: below the first two digits of its hash. */
export function placeOf(store: string, { name, sha256 }: StoredFile): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`${name}: ${JSON.stringify(sha256)} is not a hash`);
  return `${store}/${sha256.slice(0, 2)}/${sha256}`;
}

async function isIntact(body: Uint8Array, sha256: string): Promise<boolean> {
  const made = new Uint8Array(await digest("SHA-256", body as BufferSource));
  return Array.from(made, (byte) => byte.toString(16).padStart(2, "0")).join("") === sha256;
}
