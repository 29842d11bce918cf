/** Has a worker of its own start an environment, import what it shall hold, and save its memory. */
import type { Environment, SnapshotSaved } from "../contracts/generated.ts";
import { sha256Of } from "../contracts/sha256.ts";
import { KernelError, type StartupProgress } from "./kernel.ts";
import { KernelLife, type LifeParts } from "./kernel-life.ts";
import type { Layout } from "./worker/snapshot/layout.ts";

/** Rejects with KernelError, also when `signal` gives up. */
export async function makeSnapshot(
  { openLink, loader }: LifeParts,
  environment: Environment,
  imports: string[],
  onProgress: (progress: StartupProgress) => void,
  signal?: AbortSignal,
): Promise<SnapshotSaved> {
  const life = new KernelLife(
    { openLink, loader: { ...loader, describe: async () => environment } },
    { environmentName: environment.name, packages: [], settings: { use_snapshot: false }, toSave: true },
  );
  const saved = Promise.withResolvers<SnapshotSaved>();
  const stop = () => life.end("Saving was cancelled.");
  signal?.addEventListener("abort", stop);
  life.listen({
    onProgress,
    onReady: () => undefined,
    onMessage: (message) => {
      if (message.kind === "snapshot_saved") saved.resolve(message);
      if (message.kind !== "fetch_http") return;
      const { request_id } = message;
      const error = { code: "network_refused", message: "There is no network here.", hint: "" } as const;
      life.post({ kind: "refuse_request", request_id, error });
    },
    onDropped: (reason) => console.warn(`A message of the worker that saves was dropped: ${reason}`),
    onFailed: (error) => saved.reject(new KernelError(error)),
  });
  try {
    signal?.throwIfAborted();
    await life.prepared;
    life.post({ kind: "save_snapshot", imports });
    return await hashed(await Promise.race([saved.promise, cancelled(signal)]));
  } finally {
    signal?.removeEventListener("abort", stop);
    // Whoever waits has been told why.
    saved.promise.catch(() => undefined);
    life.end("The memory is saved.");
  }
}

/** The layout names its heap by a hash, which the worker had no means to make. */
async function hashed(saved: SnapshotSaved): Promise<SnapshotSaved> {
  const part = (name: string) => saved.parts.find((each) => each.name === name)?.body as BufferSource;
  const layout = JSON.parse(new TextDecoder().decode(part("layout"))) as Pick<Layout, "heap_sha256">;
  layout.heap_sha256 = await sha256Of(part("heap"));
  const body = new TextEncoder().encode(JSON.stringify(layout));
  return { ...saved, parts: saved.parts.map((each) => (each.name === "layout" ? { ...each, body } : each)) };
}

function cancelled(signal?: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal?.addEventListener("abort", () =>
      reject(new KernelError({ code: "kernel_died", message: "Saving was cancelled.", hint: "" })),
    ),
  );
}
