/** The widget models that live in the kernel, mirrored here over comms (ipywidgets messaging, version 2). */
import type { ModelChange } from "../frame/frame-messages.ts";
import { isRecord } from "../frame/frame-messages.ts";
import type { CommChannel, CommEvent, Json } from "../output.ts";
import { putBuffers, takeBuffers, type WidgetState } from "./buffers.ts";
import type { ModelLink } from "./model-link.ts";

const TARGET = "jupyter.widget";

export class WidgetModel implements ModelLink {
  readonly id: string;
  readonly models: WidgetModels;
  state: WidgetState;
  readonly #channel: CommChannel;
  readonly #listeners = new Set<(change: ModelChange) => void>();

  constructor(id: string, state: WidgetState, models: WidgetModels, channel: CommChannel) {
    this.id = id;
    this.state = state;
    this.models = models;
    this.#channel = channel;
  }

  /** Changes the state here and in the kernel. */
  set(changed: WidgetState): void {
    this.send({ what: "state", state: changed });
    this.receive({ what: "state", state: changed });
  }

  send(change: ModelChange): void {
    if (change.what === "custom") {
      const data = { method: "custom", content: change.content as Json };
      this.#say(
        data,
        change.buffers.map((buffer) => new Uint8Array(buffer)),
      );
      return;
    }
    Object.assign(this.state, change.state);
    const { state, paths, buffers } = takeBuffers(change.state);
    this.#say({ method: "update", state: state as Record<string, Json>, buffer_paths: paths }, buffers);
  }

  /** What the kernel, or another view, changed. */
  receive(change: ModelChange): void {
    if (change.what === "state") Object.assign(this.state, change.state);
    for (const listener of [...this.#listeners]) listener(change);
  }

  listen(listener: (change: ModelChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #say(data: Json, buffers: Uint8Array[]): void {
    this.#channel.sendComm({ kind: "comm_msg", comm_id: this.id, data, metadata: null, buffers });
  }
}

export class WidgetModels {
  readonly #models = new Map<string, WidgetModel>();
  readonly #channel: CommChannel;

  constructor(channel: CommChannel, signal?: AbortSignal) {
    this.#channel = channel;
    channel.onComm((event) => this.#take(event), signal);
  }

  get(id: string): WidgetModel | undefined {
    return this.#models.get(id);
  }

  /** The model that a state's value like "IPY_MODEL_<id>" refers to. */
  referred(value: unknown): WidgetModel | undefined {
    return typeof value === "string" ? this.get(value.replace(/^IPY_MODEL_/, "")) : undefined;
  }

  #take(event: CommEvent): void {
    if (event.kind === "comm_close") return void this.#models.delete(event.comm_id);
    const { data } = event;
    if (!isRecord(data)) return;
    const buffers = event.buffers ?? [];
    const state = isRecord(data["state"]) ? putBuffers(data["state"], data["buffer_paths"], buffers) : {};
    if (event.kind === "comm_open") {
      if (event.target_name !== TARGET) return;
      this.#models.set(event.comm_id, new WidgetModel(event.comm_id, state, this, this.#channel));
      return;
    }
    const model = this.#models.get(event.comm_id);
    if (data["method"] === "update" || data["method"] === "echo_update")
      model?.receive({ what: "state", state });
    else if (data["method"] === "custom") {
      const parts = buffers.map((buffer) => buffer.slice().buffer);
      model?.receive({ what: "custom", content: data["content"], buffers: parts });
    }
  }
}

const modelsOfChannel = new WeakMap<CommChannel, WidgetModels>();

/** One set of models a kernel; call it when the kernel is made, for models are told of only once. */
export function widgetModelsOf(channel: CommChannel): WidgetModels {
  const models = modelsOfChannel.get(channel) ?? new WidgetModels(channel);
  modelsOfChannel.set(channel, models);
  return models;
}
