/** The frame that controls share: a description, the control, what it reads; kept in step with the model. */
import type { OutputContext } from "../output.ts";
import type { WidgetModel } from "./models.ts";

let lastId = 0;

/** A row with the model's `description`; `draw` runs now and after every change of the model. */
export function labelled(
  model: WidgetModel,
  { signal }: OutputContext,
  control: HTMLElement,
  draw: () => void,
): HTMLElement {
  const row = document.createElement("div");
  row.className = "nb-control";
  const label = document.createElement("label");
  control.id ||= `nb-control-${++lastId}`;
  label.htmlFor = control.id;
  row.append(label, control);
  follow(model, signal, () => {
    label.textContent = text(model, "description");
    label.hidden = !label.textContent;
    row.title = text(model, "tooltip");
    if ("disabled" in control) control.disabled = model.state["disabled"] === true;
    draw();
  });
  return row;
}

/** Runs `draw` now and after every change of the model, until `signal` aborts. */
export function follow(model: WidgetModel, signal: AbortSignal | undefined, draw: () => void): void {
  draw();
  const stop = model.listen(({ what }) => {
    if (what === "state") draw();
  });
  signal?.addEventListener("abort", stop, { once: true });
}

export function text(model: WidgetModel, name: string): string {
  const value = model.state[name];
  return value === null || value === undefined ? "" : String(value);
}

export function number(model: WidgetModel, name: string, otherwise: number): number {
  const value = model.state[name];
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}
