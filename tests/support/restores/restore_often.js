// Restores one kernel after the other in one process, each in a worker of its own, as a page does.
//   deno run restore_often.js WORKER STORE ENVIRONMENT COUNT CELL
// A line of JSON for each: whether it was restored, what the cell printed, the memory of the process then.
const [program, store, environmentFile, count, cell] = Deno.args;
const environment = JSON.parse(Deno.readTextFileSync(environmentFile));
const shared = new Map();

function bodyOf(sha256) {
  const place = `${store}/${sha256.slice(0, 2)}/${sha256}`;
  // The two that are large are only copied from: all workers may read the same bytes.
  const { heap, files } = environment.snapshot;
  if (sha256 !== heap.sha256 && sha256 !== files.sha256) return Deno.readFileSync(place);
  if (!shared.has(sha256)) {
    const body = Deno.readFileSync(place);
    const view = new Uint8Array(new SharedArrayBuffer(body.length));
    view.set(body);
    shared.set(sha256, view);
  }
  return shared.get(sha256);
}

function next(target, kind) {
  return new Promise((resolve) => target.addEventListener(kind, resolve, { once: true }));
}

async function restoreOnce() {
  const url = new URL(`disguised_worker.js?${encodeURIComponent(program)}`, import.meta.url);
  const worker = new Worker(url, { type: "module" });
  await next(worker, "message");
  const { port1: port, port2 } = new MessageChannel();
  worker.postMessage({ kind: "connect", port: port2, control: null, mailbox: null }, [port2]);
  const done = Promise.withResolvers();
  const seen = { restored: false, note: "", printed: "" };
  port.onmessage = ({ data: message }) => {
    if (message.kind === "request_asset")
      port.postMessage({ kind: "provide_asset", sha256: message.sha256, body: bodyOf(message.sha256) });
    else if (message.kind === "kernel_ready") {
      Object.assign(seen, { restored: message.restored, note: message.note });
      port.postMessage({ kind: "run_cell", run_id: "run", cell_id: "cell", source: cell, allow_input: false });
    } else if (message.kind === "stream") seen.printed += message.text;
    else if (message.kind === "error") done.reject(new Error(message.traceback.join("\n")));
    else if (message.kind === "kernel_failed") done.reject(new Error(message.error.message));
    else if (message.kind === "run_finished") done.resolve();
  };
  port.postMessage({ kind: "start_kernel", environment, settings: { auto_install: false } });
  await done.promise;
  port.close();
  worker.terminate();
  return seen;
}

for (let i = 0; i < Number(count); i++)
  console.log(JSON.stringify({ ...(await restoreOnce()), resident_bytes: Deno.memoryUsage().rss }));
Deno.exit(0);
