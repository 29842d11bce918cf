/** One widget of the anywidget kind (AFM): its module runs here, its model lives in the kernel. */
import type { ModelChange } from "./frame-messages.ts";
import { tellPage } from "./page-link.ts";

type Listener = (...values: unknown[]) => void;
type Cleanup = (() => void | Promise<void>) | undefined;

interface AnyWidget {
  initialize?(given: { model: FrameModel }): Cleanup | Promise<Cleanup>;
  render?(given: { model: FrameModel; el: HTMLElement }): Cleanup | Promise<Cleanup>;
}

/** The model as AFM describes it: changes are local until `save_changes`. */
export class FrameModel {
  readonly #state: Record<string, unknown>;
  readonly #unsaved = new Map<string, unknown>();
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #tell: (change: ModelChange) => void;

  constructor(state: Record<string, unknown>, tell: (change: ModelChange) => void) {
    this.#state = state;
    this.#tell = tell;
  }

  get(name: string): unknown {
    return this.#state[name];
  }

  set(name: string, value: unknown): void {
    this.#unsaved.set(name, value);
    this.#assign(name, value);
  }

  save_changes(): void {
    if (this.#unsaved.size === 0) return;
    this.#tell({ what: "state", state: Object.fromEntries(this.#unsaved) });
    this.#unsaved.clear();
  }

  send(content: unknown, _callbacks?: unknown, buffers: ArrayBuffer[] = []): void {
    this.#tell({ what: "custom", content, buffers });
  }

  on(name: string, listener: Listener): void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
  }

  off(name?: string | null, listener?: Listener | null): void {
    if (!name) this.#listeners.clear();
    else if (listener) this.#listeners.get(name)?.delete(listener);
    else this.#listeners.delete(name);
  }

  /** What the kernel said. */
  receive(change: ModelChange): void {
    if (change.what === "state")
      for (const [name, value] of Object.entries(change.state)) this.#assign(name, value);
    else
      this.#emit(
        "msg:custom",
        change.content,
        change.buffers.map((buffer) => new DataView(buffer)),
      );
  }

  #assign(name: string, value: unknown): void {
    if (Object.is(this.#state[name], value)) return;
    this.#state[name] = value;
    this.#emit(`change:${name}`, this, value);
    this.#emit("change", this);
  }

  #emit(name: string, ...values: unknown[]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(...values);
  }
}

export async function showAnywidget(
  container: HTMLElement,
  { module, css, state }: { module: string; css: string; state: Record<string, unknown> },
): Promise<FrameModel> {
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
  const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
  const exported = ((await import(url)) as { default: AnyWidget | (() => AnyWidget | Promise<AnyWidget>) })
    .default;
  const widget = typeof exported === "function" ? await exported() : exported;
  const model = new FrameModel({ ...state }, (change) => tellPage({ kind: "model", change }));
  await widget.initialize?.({ model });
  await widget.render?.({ model, el: container });
  return model;
}
