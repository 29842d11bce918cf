/** The list of the client's files that the build puts into the service worker. */

export interface ClientFile {
  path: string;
  sha256: string;
  size: number;
}

export interface ClientManifest {
  /** A hash of all files: two clients with the same version are the same client. */
  version: string;
  files: ClientFile[];
}

/** Bodies larger than this wait until the page is up; they are optional libraries of output frames. */
const LARGE_BYTES = 1_000_000;

/** What must be there before this version may serve a page, and what may follow. */
export function splitBySize(files: readonly ClientFile[]): { shell: ClientFile[]; extras: ClientFile[] } {
  return {
    shell: files.filter((file) => file.size <= LARGE_BYTES),
    extras: files.filter((file) => file.size > LARGE_BYTES),
  };
}

/** The client file that `url` asks for, seen from the client's base address; a folder means its index. */
export function fileFor(url: URL, base: URL, files: ReadonlyMap<string, ClientFile>): ClientFile | undefined {
  if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) return undefined;
  const path = decodeURIComponent(url.pathname.slice(base.pathname.length));
  return files.get(path === "" ? "index.html" : path);
}

export async function sha256(body: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
