/** Elements in one call: text is set as text, never as markup. */

type Attributes = Readonly<Record<string, string | number | boolean>>;

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  return filled(document.createElement(name), attributes, children);
}

export function svgElement<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): SVGElementTagNameMap[Name] {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

export function button(words: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, words);
  made.addEventListener("click", act);
  return made;
}

let lastId = 0;

/** A control with its label before it. */
export function labelled(label: string, control: HTMLInputElement | HTMLSelectElement): HTMLElement {
  control.id = `control-${++lastId}`;
  return element("div", { class: "field-row" }, element("label", { for: control.id }, label), control);
}

/** A choice with its label before it. */
export function choice(
  label: string,
  options: readonly (readonly [value: string, words: string])[],
  value: string,
): { row: HTMLElement; select: HTMLSelectElement } {
  const select = element("select", {}, ...options.map(([key, words]) => new Option(words, key)));
  select.value = value;
  return { row: labelled(label, select), select };
}

function filled<Made extends Element>(made: Made, attributes: Attributes, children: (Node | string)[]): Made {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}
