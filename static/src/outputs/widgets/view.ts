/** A widget's element: by its module when it is an anywidget, else by our view of that control. */
import type { OutputContext } from "../output.ts";
import { renderText } from "../renderers/text.ts";
import { boxes } from "./boxes.ts";
import { choices } from "./choices.ts";
import { displays } from "./displays.ts";
import { inputs } from "./inputs.ts";
import type { WidgetModel } from "./models.ts";

/** Draws the control into `element` whenever its state changed; called once per view. */
export type ControlView = (model: WidgetModel, context: OutputContext) => HTMLElement;

const VIEWS: Record<string, ControlView> = { ...inputs, ...choices, ...displays, ...boxes(widgetView) };

export function widgetView(model: WidgetModel, context: OutputContext): HTMLElement {
  const { state } = model;
  if (typeof state["_esm"] === "string") {
    return context.frames.open({
      title: "Widget",
      content: {
        type: "anywidget",
        module: state["_esm"],
        css: String(state["_css"] ?? ""),
        state: framedState(state),
      },
      model,
      ...(context.signal ? { signal: context.signal } : {}),
    });
  }
  const name = String(state["_model_name"] ?? "");
  const view = VIEWS[name];
  return view ? view(model, context) : unknown(name, context);
}

function framedState(state: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(state).filter(([key]) => key !== "_esm" && key !== "_css"));
}

function unknown(name: string, context: OutputContext): HTMLElement {
  const value = `${name || "This widget"} has no view in this notebook; its value is still usable from Python.`;
  return renderText({ mime: "text/plain", value, data: {}, metadata: {} }, context);
}
