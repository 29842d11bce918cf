/** Notebooks from outside: an address, a file, an example of the app; a copy that is already here is never passed over in silence. */
import { sha256Of } from "../contracts/sha256.ts";
import type { NotebookEntry, NotebookLibrary } from "./library.ts";
import type { StoredNotebook } from "./stored-notebook.ts";

/** Larger ones would block the page for seconds; plots embedded as text make some this big. */
const MAX_NOTEBOOK_BYTES = 100_000_000;

/** A notebook that could not be fetched: what happened, and what to do. */
export class OpenError extends Error {
  readonly hint: string;
  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = "OpenError";
    this.hint = hint;
  }
}

export interface Example {
  path: string;
  title: string;
  description: string;
  environment: string;
}

export type OpenedFromUrl =
  | { kind: "opened"; stored: StoredNotebook }
  /** The person has a copy: they choose between it and a fresh one. */
  | {
      kind: "copy_exists";
      entry: NotebookEntry;
      /** null: the address could not be reached (offline), so only the copy can be opened. */
      originalChanged: boolean | null;
      openCopy(): Promise<StoredNotebook>;
      openOriginal: (() => Promise<StoredNotebook>) | null;
    };

export type Fetch = (url: string) => Promise<Response>;

/** Throws OpenError, NotebookFormatError or StorageError. */
export async function openFromUrl(
  address: string,
  library: NotebookLibrary,
  get: Fetch = fetchPlain,
): Promise<OpenedFromUrl> {
  const url = rawUrl(address);
  const entry = (await library.entriesFrom(url.href))[0];
  if (entry === undefined) {
    const { text, hash } = await fetchNotebook(url, get);
    return { kind: "opened", stored: await library.importText(text, fileName(url), { url: url.href, hash }) };
  }
  const openCopy = (): Promise<StoredNotebook> => library.open(entry.id);
  try {
    const { text, hash } = await fetchNotebook(url, get);
    const openOriginal = (): Promise<StoredNotebook> =>
      library.importText(text, fileName(url), { url: url.href, hash });
    return { kind: "copy_exists", entry, originalChanged: hash !== entry.originHash, openCopy, openOriginal };
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
    return { kind: "copy_exists", entry, originalChanged: null, openCopy, openOriginal: null };
  }
}

export async function openFromFile(
  file: Pick<File, "name" | "size" | "text">,
  library: NotebookLibrary,
): Promise<StoredNotebook> {
  if (file.size > MAX_NOTEBOOK_BYTES) throw tooLarge(file.name);
  return library.importText(await file.text(), file.name);
}

/** The notebooks that come with the app; `base` is the page's address. */
export async function listExamples(base: URL, get: Fetch = fetchPlain): Promise<Example[]> {
  const response = await get(new URL("examples/index.json", base).href);
  return response.ok ? ((await response.json()) as { examples: Example[] }).examples : [];
}

export function openExample(
  path: string,
  base: URL,
  library: NotebookLibrary,
  get: Fetch = fetchPlain,
): Promise<OpenedFromUrl> {
  return openFromUrl(new URL(`examples/${path}`, base).href, library, get);
}

/** The address of the file itself, for pages of GitHub that show one. Throws OpenError for what is no web address. */
export function rawUrl(address: string): URL {
  const url = URL.parse(address.trim());
  if (url === null || !["https:", "http:"].includes(url.protocol)) {
    throw new OpenError(`${address} is not a web address.`, "Give a whole address, with https:// in front.");
  }
  url.username = url.password = url.hash = "";
  const [owner, repository, view, ...rest] = url.pathname.split("/").slice(1);
  if (url.hostname === "github.com" && (view === "blob" || view === "raw")) {
    return new URL(`https://raw.githubusercontent.com/${owner}/${repository}/${rest.join("/")}`);
  }
  if (
    url.hostname === "gist.github.com" &&
    owner !== undefined &&
    repository !== undefined &&
    view !== "raw"
  ) {
    return new URL(`https://gist.githubusercontent.com/${owner}/${repository}/raw`);
  }
  return url;
}

async function fetchNotebook(url: URL, get: Fetch): Promise<{ text: string; hash: string }> {
  const response = await get(url.href).catch((error: unknown) => {
    const hint =
      "Check the connection. Some sites let no other page read their files: download it there and open the file here.";
    throw new OpenError(`${url.host} could not be read.`, hint, error);
  });
  if (!response.ok) {
    const hint =
      response.status === 404
        ? "Check the address; private files cannot be opened this way."
        : "Try again later.";
    throw new OpenError(`${url.host} answered ${response.status} ${response.statusText}`.trim(), hint);
  }
  if (Number(response.headers.get("content-length") ?? 0) > MAX_NOTEBOOK_BYTES) throw tooLarge(fileName(url));
  const body = await response.arrayBuffer();
  if (body.byteLength > MAX_NOTEBOOK_BYTES) throw tooLarge(fileName(url));
  return {
    text: new TextDecoder().decode(body),
    hash: await sha256Of(new Uint8Array(body)),
  };
}

/** Without cookies: what comes must not depend on who the person is. */
function fetchPlain(url: string): Promise<Response> {
  return fetch(url, { credentials: "omit", redirect: "follow", referrerPolicy: "no-referrer" });
}

function tooLarge(name: string): OpenError {
  return new OpenError(
    `${name} is larger than ${MAX_NOTEBOOK_BYTES / 1e6} MB.`,
    "Clear its outputs in Jupyter and save it again.",
  );
}

function fileName(url: URL): string {
  const last = url.pathname.split("/").at(-1) || "notebook";
  // The query form of decoding never throws, unlike decodeURIComponent.
  return (
    new URLSearchParams(`name=${last.replaceAll("+", "%2B").replaceAll("&", "%26")}`).get("name") ?? last
  );
}
