// The browser's kernel worker, in a worker of Deno's; its address is this one's query.
import { disguiseAsWorker } from "../../../static/src/kernel/headless/disguise.ts";

const { addEventListener, removeEventListener } = globalThis;
const program = decodeURIComponent(new URL(import.meta.url).search.slice(1));
disguiseAsWorker();
// Other than a process, a worker does hear of events.
Object.assign(globalThis, { addEventListener, removeEventListener });
await import(program);
postMessage("loaded");
