/** Scripts in an opened notebook's outputs wait for a click: nothing runs because a notebook was opened. */

export function askBeforeRunning(what: string, open: () => HTMLElement, still?: HTMLElement): HTMLElement {
  const element = document.createElement("div");
  element.className = "nb-asks";
  const notice = document.createElement("div");
  notice.className = "nb-notice";
  const words = document.createElement("p");
  words.textContent = `${what}, saved with this notebook.`;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Show it live";
  button.addEventListener("click", () => element.replaceChildren(open()));
  notice.append(words, button);
  element.append(...(still ? [still] : []), notice);
  return element;
}
