/**
 * Serves the client, its environments and its examples without a network.
 *
 * One cache per client version, filled whole and checked by hash before that version serves
 * anything, so versions never mix; one cache for the store, whose files are named by their hash.
 * Stored responses are returned untouched: Chromium keeps compiled WebAssembly only for those.
 */
import { ENVIRONMENTS_PATH, STORE_PATH } from "../contracts/generated.ts";
import { type ClientFile, type ClientManifest, fileFor, sha256, splitBySize } from "./manifest.ts";
import { withPageHeaders } from "./page-headers.ts";
import type { KeepFailure, OfflinePaths, ServiceWorkerReport } from "./register.ts";
import { keepProved, STORE_CACHE } from "./store-cache.ts";

declare const self: ServiceWorkerGlobalScope;
declare const CLIENT_MANIFEST: ClientManifest;

const base = new URL("./", self.location.href);
const files = new Map(CLIENT_MANIFEST.files.map((file) => [file.path, file]));
const { shell, extras } = splitBySize(CLIENT_MANIFEST.files);
const CLIENT_CACHE = `client-${CLIENT_MANIFEST.version}`;
const ANSWERS_CACHE = "environments";

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => event.waitUntil(obey(event)));
self.addEventListener("fetch", (event) => {
  const answer = route(event);
  if (answer) event.respondWith(answer);
});

async function install(): Promise<void> {
  try {
    const cache = await caches.open(CLIENT_CACHE);
    await Promise.all(shell.map((file) => keepClientFile(cache, file)));
  } catch (error) {
    // What is kept of a version that never serves would only take up room.
    await caches.delete(CLIENT_CACHE);
    const report: ServiceWorkerReport = { kind: "install_failed", failure: failureOf(error) };
    for (const page of await self.clients.matchAll({ includeUncontrolled: true })) page.postMessage(report);
    throw error;
  }
  // The first version serves at once; a later one waits until the page lets it.
  if (!self.registration.active) await self.skipWaiting();
}

async function activate(): Promise<void> {
  await self.clients.claim();
  // The version before this one stays: a tab that still runs it may ask for a file of it.
  const older = (await caches.keys()).filter((name) => name.startsWith("client-") && name !== CLIENT_CACHE);
  await Promise.all(older.slice(0, -1).map((name) => caches.delete(name)));
}

async function obey(event: ExtendableMessageEvent): Promise<void> {
  if (event.data?.kind === "activate") return self.skipWaiting();
  if (event.data?.kind !== "keep") return;
  const client = await caches.open(CLIENT_CACHE);
  const store = await caches.open(STORE_CACHE);
  const { store: wanted, answers } = event.data as OfflinePaths;
  const results = await Promise.allSettled([
    ...extras.map((file) => keepClientFile(client, file)),
    ...answers.map(keepAnswer),
  ]);
  // One after the other: a start of Python has the machine at the same time.
  for (const path of wanted) results.push(...(await Promise.allSettled([keepStoreFile(store, path)])));
  const failures = results
    .filter((result) => result.status === "rejected")
    .map(({ reason }) => failureOf(reason));
  // Without room whatever else went wrong is of no account.
  const failure = failures.find(({ isFull }) => isFull) ?? failures[0] ?? null;
  event.source?.postMessage({ kind: "kept", failure } satisfies ServiceWorkerReport);
}

function failureOf(error: unknown): KeepFailure {
  const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
  return { reason: String(error), isFull };
}

function route(event: FetchEvent): Promise<Response> | undefined {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== base.origin || !url.pathname.startsWith(base.pathname))
    return;
  const path = url.pathname.slice(base.pathname.length);
  if (path.startsWith(`${STORE_PATH}/`)) return fromStore(event, path);
  if (path === ENVIRONMENTS_PATH || path.startsWith("environments/")) return newestAnswer(request);
  const file = fileFor(url, base, files);
  if (file) return fromClient(file);
  if (path.startsWith("assets/")) return olderAsset(request);
  return undefined;
}

async function fromClient(file: ClientFile): Promise<Response> {
  const cache = await caches.open(CLIENT_CACHE);
  const stored = await cache.match(address(file.path));
  if (stored) return stored;
  await keepClientFile(cache, file);
  return (await cache.match(address(file.path))) ?? Response.error();
}

/** A file of the version before, which a tab that has not reloaded yet still names. */
async function olderAsset(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

async function fromStore(event: FetchEvent, path: string): Promise<Response> {
  const { request } = event;
  const cache = await caches.open(STORE_CACHE);
  if (request.cache === "reload") await cache.delete(address(path));
  const stored = await cache.match(address(path));
  if (stored) return stored;
  const response = await fetch(request);
  if (response.ok && response.status === 200) {
    // Full storage must not stop the kernel from starting: the file is then only not kept.
    event.waitUntil(keepProved(cache, address(path), hashOf(path), response.clone()).catch(console.warn));
  }
  return response;
}

async function newestAnswer(request: Request): Promise<Response> {
  const cache = await caches.open(ANSWERS_CACHE);
  try {
    const response = await fetch(request);
    // Full storage must not hide an answer that came: it is then only not kept.
    if (response.ok) await cache.put(request.url, response.clone()).catch(console.warn);
    if (response.status < 500) return response;
  } catch {
    // Offline: the answer of last time follows.
  }
  return (await cache.match(request.url)) ?? Response.error();
}

async function keepAnswer(path: string): Promise<void> {
  const response = await newestAnswer(new Request(address(path), { cache: "no-cache" }));
  if (!response.ok) throw new Error(`${path}: the host answered ${response.status}`);
}

async function keepClientFile(cache: Cache, file: ClientFile): Promise<void> {
  if (await cache.match(address(file.path))) return;
  // What the page has fetched already comes from the browser's cache, where that still has the right one.
  const response = (await fetchClientFile(file, "default")) ?? (await fetchClientFile(file, "no-cache"));
  if (!response) throw new Error(`${file.path}: not the file of client version ${CLIENT_MANIFEST.version}`);
  await cache.put(address(file.path), response);
}

/** The file as it is to be kept, or null when the host gave another one. */
async function fetchClientFile(file: ClientFile, cache: RequestCache): Promise<Response | null> {
  const response = await fetch(address(file.path), { cache });
  if (!response.ok) throw new Error(`${file.path}: the host answered ${response.status}`);
  const body = await response.arrayBuffer();
  if ((await sha256(body)) !== file.sha256) return null;
  return new Response(body, { headers: withPageHeaders(file.path, response.headers) });
}

async function keepStoreFile(cache: Cache, path: string): Promise<void> {
  if (!path.startsWith(`${STORE_PATH}/`) || (await cache.match(address(path)))) return;
  const response = await fetch(address(path));
  if (!response.ok) throw new Error(`${path}: the host answered ${response.status}`);
  await keepProved(cache, address(path), hashOf(path), response);
}

/** The hash in `store/HASH/NAME`. */
function hashOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function address(path: string): string {
  return new URL(path === "index.html" ? "./" : path, base).href;
}
