/** Controls that choose: drop-downs, lists and radio buttons, all by the index of the label. */
import { labelled } from "./labelled.ts";
import type { WidgetModel } from "./models.ts";
import type { ControlView } from "./view.ts";

function select(isList: boolean, isMultiple: boolean): ControlView {
  return (model, context) => {
    const element = document.createElement("select");
    element.multiple = isMultiple;
    if (isList) element.size = Math.min(8, Math.max(2, labelsOf(model).length));
    const row = labelled(model, context, element, () => {
      const labels = labelsOf(model);
      const shown = [...element.options].map((option) => option.textContent);
      if (labels.join("\n") !== shown.join("\n"))
        element.replaceChildren(...labels.map((label) => new Option(label)));
      if (!isMultiple)
        element.selectedIndex = typeof model.state["index"] === "number" ? model.state["index"] : -1;
      else
        for (const [i, option] of [...element.options].entries())
          option.selected = indexes(model).includes(i);
    });
    element.addEventListener("change", () => {
      const chosen = [...element.options].flatMap((option, i) => (option.selected ? [i] : []));
      model.set({ index: isMultiple ? chosen : (chosen[0] ?? null) });
    });
    return row;
  };
}

const radioButtons: ControlView = (model, context) => {
  const group = document.createElement("div");
  group.className = "nb-control-radios";
  group.setAttribute("role", "radiogroup");
  return labelled(model, context, group, () => {
    group.setAttribute("aria-label", String(model.state["description"] ?? ""));
    const options = labelsOf(model).map((label, index) => {
      const line = document.createElement("label");
      const input = document.createElement("input");
      input.type = "radio";
      input.name = `radio-${model.id}`;
      input.checked = model.state["index"] === index;
      input.addEventListener("change", () => model.set({ index }));
      line.append(input, label);
      return line;
    });
    const hadFocus = group.matches(":focus-within");
    group.replaceChildren(...options);
    if (hadFocus) group.querySelector<HTMLInputElement>("input:checked")?.focus();
  });
};

function labelsOf(model: WidgetModel): string[] {
  const labels = model.state["_options_labels"];
  return Array.isArray(labels) ? labels.map(String) : [];
}

function indexes(model: WidgetModel): unknown[] {
  const index = model.state["index"];
  return Array.isArray(index) ? index : [];
}

export const choices: Record<string, ControlView> = {
  DropdownModel: select(false, false),
  SelectModel: select(true, false),
  SelectMultipleModel: select(true, true),
  RadioButtonsModel: radioButtons,
  ToggleButtonsModel: radioButtons,
};
