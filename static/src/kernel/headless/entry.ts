/** The kernel as a process of its own, under Deno (a sandbox) or Node (none), spoken to over its standard streams.
 *
 *     deno run --no-prompt --allow-read=STORE,THIS_FILE headless.js --store STORE
 *     node --experimental-wasm-jspi headless.js --store STORE
 *
 * Standard input is one JSON object a line. The first is `{"token": "...", "proves": ["SHA256", ...]}`: a random
 * text that user code must not guess, and the files of the store that the parent hashes meanwhile. Of each it says
 * `{"file": "SHA256", "intact": true}`; files that it does not hash are hashed here. Every other line is a
 * PageToWorker message whose bytes (`body`, every one of `buffers`) are base64. Assets are read from the store,
 * so ProvideAsset is not needed. The end of input ends the process.
 *
 * On standard output a line `TOKEN JSON` is a WorkerToPage message, coded the same way. Any other line is
 * noise, and the parent must ignore it. The token keeps stray output apart from messages; it does not make
 * messages trustworthy, because user code can post too: the parent decodes each as the page does.
 */
import type { PageToWorker, StoredFile } from "../../contracts/generated.ts";
import { allFiles } from "../environment-files.ts";
import { KernelCore } from "../worker/core.ts";
import { lockDown } from "../worker/lockdown.ts";
import { Stop } from "../worker/stop.ts";
import { type DenoGlobal, denoHost } from "./deno-host.ts";
import { disguiseAsWorker } from "./disguise.ts";
import { decodeLine, encodeLine } from "./json-lines.ts";
import { LineReader } from "./line-reader.ts";
import { nodeHost } from "./node-host.ts";
import { ParentProofs } from "./parent-proofs.ts";
import { StoredBody } from "./store.ts";

/** What the parent says besides the contract's messages. */
type ParentLine = { token: string; proves?: string[] } | { file: string; intact: boolean } | PageToWorker;

const { Deno } = globalThis as { Deno?: DenoGlobal };
const host = Deno ? denoHost(Deno) : await nodeHost();
const store = argument("--store");
const canSuspend = "Suspending" in WebAssembly;
const encoder = new TextEncoder();
const encode = encoder.encode.bind(encoder);
const proofs = new ParentProofs();
let token: string | null = null;

captureConsole();
disguiseAsWorker();

const core = new KernelCore({
  post: (message) => host.writeOutput(asLine(`${token} ${encodeLine(message)}`)),
  importModule: host.importModule,
  lockDown: () => lockDown(globalThis),
  canSuspend,
  stop: new Stop(null, canSuspend),
  waits: null,
  arriving: null,
  prove: async () => null,
  askForAsset: provideAsset,
});
/** The files of the environment that this process runs, by their hash. */
let files: ReadonlyMap<string, StoredFile> = new Map();

const lines = new LineReader((line) => receive(decodeLine(line) as unknown as ParentLine));
host
  .readInput((chunk) => lines.push(chunk))
  .then(() => host.exit(0))
  .catch((cause) => {
    console.error(cause);
    host.exit(1);
  });

/** The parent started this process; what it sends needs no decoding at this door. */
function receive(line: ParentLine): void {
  if ("token" in line) {
    token = line.token;
    proofs.promise(line.proves ?? []);
    return;
  }
  if (!token) throw new Error("the first line must be the token");
  if ("intact" in line) {
    proofs.answer(line.file, line.intact);
    return;
  }
  if (line.kind === "start_kernel")
    files = new Map(allFiles(line.environment).map((file) => [file.sha256, file]));
  core.receive(line);
}

/** Nothing comes unasked: files are at hand. */
function provideAsset(sha256: string, isDamaged: boolean): void {
  const file = files.get(sha256);
  if (!file) core.refuse(sha256, "it is not a file of this environment");
  else if (isDamaged)
    core.refuse(
      sha256,
      `${file.name}: its hash differs from the environment's; run "wasm-runtime env verify"`,
    );
  else core.provide(sha256, new StoredBody(host, store, file, proofs));
}

/** User code's console must not reach standard output. */
function captureConsole(): void {
  const print = (...values: unknown[]): void => host.writeError(asLine(values.map(String).join(" ")));
  for (const level of ["log", "info", "debug", "warn", "error", "trace", "dir", "table"] as const)
    console[level] = print;
}

function asLine(text: string): Uint8Array {
  return encode(`${text}\n`);
}

function argument(name: string): string {
  const at = host.arguments.indexOf(name);
  const value = at < 0 ? undefined : host.arguments[at + 1];
  if (value) return value;
  host.writeError(asLine(`usage: headless.js ${name} FOLDER`));
  return host.exit(2);
}
