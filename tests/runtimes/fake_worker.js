// Stands in for headless.js: what it does is the environment variable-free way of a script, its own name.
import fs from "node:fs";
const behaviour = import.meta.url.split("/").at(-1).replace(".js", "");
const say = (text) => fs.writeSync(1, text);
let token = null;
let buffer = "";
const ready = { kind: "kernel_ready", capabilities: [], python_version: "3.14", restored: false };
function answer(message) {
  if (message.kind === "start_kernel") {
    if (behaviour === "dies-at-start") throw new Error("no luck");
    if (behaviour === "never-ready") return;
    say(`noise before\n${token} ${JSON.stringify(ready)}\n`);
  }
  if (message.kind !== "run_cell") return;
  const finished = { kind: "run_finished", run_id: message.run_id, status: "ok", execution_count: 1, duration_seconds: 0 };
  if (behaviour === "guesses-the-token") say(`0000 ${JSON.stringify({ ...finished, status: "error" })}\n`);
  if (behaviour === "speaks-for-another") say(`${token} ${JSON.stringify({ ...finished, run_id: "other", status: "error" })}\n`);
  if (behaviour === "breaks-the-contract") return say(`${token} {"kind":"run_finished","run_id":1}\n`);
  if (behaviour === "sends-no-json") return say(`${token} {{{{\n`);
  if (behaviour === "nests-deeply") return say(`${token} ${"[".repeat(100000)}\n`);
  if (behaviour === "dies") Deno.exit(7);
  if (behaviour === "one-endless-line") for (;;) say("x".repeat(100000));
  say(`${token} ${JSON.stringify(finished)}\n`);
}
process.stdin.on("data", (chunk) => {
  buffer += chunk;
  const lines = buffer.split("\n");
  buffer = lines.pop();
  for (const line of lines) {
    const message = JSON.parse(line);
    if (token === null) token = message.token;
    else answer(message);
  }
});
