/** Widget models over comms. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommEvent } from "../output.ts";
import { widgetModelsOf } from "./models.ts";

function channel() {
  const sent: CommEvent[] = [];
  let listener: (event: CommEvent) => void = () => undefined;
  const comm = {
    onComm(given: (event: CommEvent) => void) {
      listener = given;
    },
    sendComm: (event: CommEvent) => void sent.push(event),
  };
  const open = (state: object, more: object = {}) =>
    listener({
      kind: "comm_open",
      comm_id: "m",
      target_name: "jupyter.widget",
      data: { state, ...more },
      metadata: null,
      buffers: [],
      ...more,
    } as CommEvent);
  const message = (data: object) =>
    listener({ kind: "comm_msg", comm_id: "m", data, metadata: null, buffers: [] } as CommEvent);
  return { comm, sent, open, message };
}

test("a model that the kernel opened follows its updates", () => {
  const { comm, open, message } = channel();
  const models = widgetModelsOf(comm);
  open({ value: 1 });
  message({ method: "update", state: { value: 2 } });
  assert.equal(models.get("m")?.state["value"], 2);
  assert.equal(models.referred("IPY_MODEL_m"), models.get("m"));
});

test("what a view changes is told to the kernel, binary parts beside it", () => {
  const { comm, sent, open } = channel();
  const models = widgetModelsOf(comm);
  open({ value: 1 });
  models.get("m")!.set({ value: 3, blob: new Uint8Array([1, 2]) });
  const [event] = sent as [CommEvent & { buffers: Uint8Array[] }];
  assert.deepEqual(event.data, { method: "update", state: { value: 3 }, buffer_paths: [["blob"]] });
  assert.deepEqual(event.buffers, [new Uint8Array([1, 2])]);
});

test("binary state is put where its path says, and never into a prototype", () => {
  const { comm, open } = channel();
  const models = widgetModelsOf(comm);
  open(
    { image: {} },
    {
      buffer_paths: [
        ["image", "data"],
        ["__proto__", "x"],
      ],
      buffers: [new Uint8Array([9]), new Uint8Array([8])],
    },
  );
  const image = models.get("m")!.state["image"] as { data: DataView };
  assert.equal(image.data.getUint8(0), 9);
  assert.equal(({} as Record<string, unknown>)["x"], undefined);
});
