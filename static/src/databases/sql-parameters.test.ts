/** How a page learns what Python's variables are worth. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommEvent } from "../outputs/output.ts";
import { sqlParameters } from "./sql-parameters.ts";

/** A kernel that answers every comm that is opened with `data`. */
function fakeKernel(data: unknown, kind = "idle") {
  const sent: CommEvent[] = [];
  const listeners = new Set<(event: CommEvent) => void>();
  return {
    sent,
    state: { kind },
    onComm: (listener: (event: CommEvent) => void) => listeners.add(listener),
    sendComm(event: CommEvent) {
      sent.push(event);
      if (event.kind !== "comm_open") return;
      const answer = { kind: "comm_msg", comm_id: event.comm_id, data, metadata: null, buffers: [] };
      for (const each of listeners) each(answer as CommEvent);
    },
  };
}

test("SQL that names no variable needs no kernel", async () => {
  const kernel = fakeKernel({}, "off");
  assert.deepEqual(await sqlParameters("select ':x', a::int -- :y", kernel), {});
  assert.deepEqual(kernel.sent, []);
});

test("variables are asked for by one comm, which is closed", async () => {
  const kernel = fakeKernel({ parameters: { city: "Osaka" } });
  assert.deepEqual(await sqlParameters("select :city", kernel), { city: "Osaka" });
  assert.deepEqual(
    kernel.sent.map(({ kind }) => kind),
    ["comm_open", "comm_close"],
  );
});

test("a variable that is not there, and a kernel that is not, are said in words", async () => {
  const error = { code: "bad_request", message: "There is no variable city.", hint: "Run it." };
  await assert.rejects(sqlParameters("select :city", fakeKernel({ error })), {
    message: error.message,
    hint: "Run it.",
  });
  await assert.rejects(sqlParameters("select :city", fakeKernel({}, "off")), {
    message: "The SQL names :city, a variable of Python, which is not running.",
  });
});
