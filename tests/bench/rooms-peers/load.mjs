// Puts one load on one server and prints what was measured as one line of JSON, in milliseconds.
// Argument: {"load": "edits" | "storm" | "idle", "address", "hocuspocus", "documents", "clients", …}.
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "./client.mjs";

const DRAIN_SECONDS = 5;
const loads = { edits, storm, idle };
const options = JSON.parse(process.argv[2]);
process.stdout.write(`${JSON.stringify(await loads[options.load](options))}\n`);
if (options.load === "idle") await once(process.stdin.resume(), "end");
process.exit();

/** `rate` edits a second over all clients, for `seconds`. */
async function edits({ rate, seconds, documents, clients: count }) {
  const clients = await joined(count, (number) => `${options.name}-${number % documents}`);
  const [shown, saved] = [[], []];
  const due = new Map();
  const orders = clients.map(() => []);
  let deliveries = 0;
  for (const client of clients) {
    client.onShown = (author, edit) => {
      deliveries++;
      shown.push(performance.now() - due.get(author * 1e6 + edit));
    };
    // The first receipt is for the answer to the server's own question.
    client.onReceipt = (receipt) => {
      const at = orders[client.number][receipt - 1];
      if (at !== undefined) saved.push(performance.now() - at);
    };
  }
  const start = performance.now();
  const total = Math.round(rate * seconds);
  for (let number = 0; number < total; ) {
    const now = performance.now();
    for (; number < total && start + (number * 1000) / rate <= now; number++) {
      const client = clients[number % clients.length];
      const at = start + (number * 1000) / rate;
      due.set(client.number * 1e6 + client.sent, at);
      orders[client.number].push(at);
      client.edit();
    }
    await sleep(1);
  }
  const expected = total * (count / documents - 1);
  const end = performance.now() + DRAIN_SECONDS * 1000;
  while (deliveries < expected && performance.now() < end) await sleep(5);
  const took = (performance.now() - start) / 1000;
  return {
    edits_per_second: total / took,
    missing: expected - deliveries,
    shown_p50: quantile(shown, 0.5),
    shown_p99: quantile(shown, 0.99),
    saved: saved.length,
    saved_p99: quantile(saved, 0.99),
  };
}

/** Everybody joins a document of `bytes` at once. */
async function storm({ bytes, clients: count }) {
  const [author] = await joined(1, () => options.name);
  for (let written = 0; written < bytes; written += 50_000) author.write("x".repeat(50_000));
  await sleep(options.settle_seconds * 1000);
  const times = [];
  const start = performance.now();
  await Promise.all(
    Array.from({ length: count }, async (_, number) => {
      const client = new Client(options.address, options.name, number + 1, options.hocuspocus);
      const received = await client.synced;
      if (received < bytes) throw new Error(`expected ${bytes} bytes, came ${received}`);
      times.push(performance.now() - start);
      client.close();
    }),
  );
  return { joined_p50: quantile(times, 0.5), joined_p99: quantile(times, 0.99) };
}

/** Connected, and silent until stdin ends. */
async function idle({ documents, clients: count }) {
  const clients = await joined(count, (number) => `${options.name}-${number % documents}`);
  return { connected: clients.length };
}

async function joined(count, nameOf) {
  const clients = [];
  for (let number = 0; number < count; number += 50) {
    const some = Array.from(
      { length: Math.min(50, count - number) },
      (_, each) => new Client(options.address, nameOf(number + each), number + each, options.hocuspocus),
    );
    await Promise.all(some.map((client) => client.synced));
    clients.push(...some);
  }
  return clients;
}

function quantile(values, at) {
  const sorted = Float64Array.from(values).sort();
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] : null;
}
