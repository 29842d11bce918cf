/** Controls that take a value: sliders, numbers, text, checkboxes, buttons. */
import { follow, labelled, number, text } from "./labelled.ts";
import type { ControlView } from "./view.ts";

const slider: ControlView = (model, context) => {
  const isWhole = text(model, "_model_name") === "IntSliderModel";
  const input = inputOf("range");
  const readout = document.createElement("output");
  readout.className = "nb-readout";
  const row = labelled(model, context, input, () => {
    input.min = text(model, "min");
    input.max = text(model, "max");
    input.step = text(model, "step") || "any";
    input.value = text(model, "value");
    readout.textContent = isWhole ? input.value : number(model, "value", 0).toFixed(2);
    readout.hidden = model.state["readout"] === false;
  });
  const isContinuous = model.state["continuous_update"] !== false;
  input.addEventListener(isContinuous ? "input" : "change", () => model.set({ value: input.valueAsNumber }));
  row.append(readout);
  return row;
};

const numberBox: ControlView = (model, context) => {
  const input = inputOf("number");
  const row = labelled(model, context, input, () => {
    input.min = text(model, "min");
    input.max = text(model, "max");
    input.step = text(model, "step") || "any";
    input.value = text(model, "value");
  });
  input.addEventListener("change", () => {
    if (Number.isFinite(input.valueAsNumber)) model.set({ value: input.valueAsNumber });
  });
  return row;
};

function textBox(make: () => HTMLInputElement | HTMLTextAreaElement): ControlView {
  return (model, context) => {
    const input = make();
    const row = labelled(model, context, input, () => {
      input.placeholder = text(model, "placeholder");
      // Writing the same text would move the cursor of whoever types.
      if (input.value !== text(model, "value")) input.value = text(model, "value");
    });
    const isContinuous = model.state["continuous_update"] !== false;
    input.addEventListener(isContinuous ? "input" : "change", () => model.set({ value: input.value }));
    input.addEventListener("keydown", (event) => {
      const isSubmit = (event as KeyboardEvent).key === "Enter" && input instanceof HTMLInputElement;
      if (isSubmit) model.send({ what: "custom", content: { event: "submit" }, buffers: [] });
    });
    return row;
  };
}

const checkbox: ControlView = (model, context) => {
  const input = inputOf("checkbox");
  const row = labelled(model, context, input, () => {
    input.checked = model.state["value"] === true;
  });
  row.classList.add("nb-control-checkbox");
  input.addEventListener("change", () => model.set({ value: input.checked }));
  return row;
};

const toggleButton: ControlView = (model, { signal }) => {
  const element = buttonOf();
  follow(model, signal, () => {
    element.textContent = text(model, "description");
    element.disabled = model.state["disabled"] === true;
    element.setAttribute("aria-pressed", String(model.state["value"] === true));
  });
  element.addEventListener("click", () => model.set({ value: model.state["value"] !== true }));
  return element;
};

const button: ControlView = (model, { signal }) => {
  const element = buttonOf();
  follow(model, signal, () => {
    element.textContent = text(model, "description") || "Button";
    element.title = text(model, "tooltip");
    element.disabled = model.state["disabled"] === true;
    element.dataset["look"] = text(model, "button_style");
  });
  element.addEventListener("click", () =>
    model.send({ what: "custom", content: { event: "click" }, buffers: [] }),
  );
  return element;
};

const colour: ControlView = (model, context) => {
  const input = inputOf("color");
  const row = labelled(model, context, input, () => {
    input.value = text(model, "value");
  });
  input.addEventListener("change", () => model.set({ value: input.value }));
  return row;
};

function inputOf(type: string): HTMLInputElement {
  const input = document.createElement("input");
  input.type = type;
  return input;
}

function buttonOf(): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "nb-control-button";
  return element;
}

export const inputs: Record<string, ControlView> = {
  IntSliderModel: slider,
  FloatSliderModel: slider,
  IntTextModel: numberBox,
  FloatTextModel: numberBox,
  BoundedIntTextModel: numberBox,
  BoundedFloatTextModel: numberBox,
  TextModel: textBox(() => inputOf("text")),
  PasswordModel: textBox(() => inputOf("password")),
  TextareaModel: textBox(() => document.createElement("textarea")),
  CheckboxModel: checkbox,
  ToggleButtonModel: toggleButton,
  ButtonModel: button,
  ColorPickerModel: colour,
};
