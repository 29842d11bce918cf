/** Boxes: widgets beside or below each other. */
import { follow } from "./labelled.ts";
import type { ControlView } from "./view.ts";

export function boxes(view: ControlView): Record<string, ControlView> {
  const box =
    (direction: "row" | "column"): ControlView =>
    (model, context) => {
      const element = document.createElement("div");
      element.className = `nb-box nb-box-${direction}`;
      let shown = "";
      follow(model, context.signal, () => {
        const children = Array.isArray(model.state["children"]) ? model.state["children"] : [];
        if (children.join() === shown) return;
        shown = children.join();
        const models = children.flatMap((child) => model.models.referred(child) ?? []);
        element.replaceChildren(...models.map((child) => view(child, context)));
      });
      return element;
    };
  return {
    BoxModel: box("row"),
    HBoxModel: box("row"),
    VBoxModel: box("column"),
    GridBoxModel: box("column"),
    AccordionModel: box("column"),
    TabModel: box("column"),
  };
}
