/** Tabs that the arrow keys walk. */
import { button, element } from "./elements.ts";

export function tabs(
  pages: readonly (readonly [name: string, panel: HTMLElement])[],
  onShow: (index: number) => void,
): { list: HTMLElement; panels: HTMLElement[] } {
  const list = element("div", { class: "tabs", role: "tablist", "aria-label": "Views" });
  const heads = pages.map(([name, panel], index) => {
    const id = name.toLowerCase();
    panel.id = `panel-${id}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${id}`);
    return button(name, () => show(index), { id: `tab-${id}`, role: "tab", "aria-controls": panel.id });
  });
  const panels = pages.map(([, panel]) => panel);
  list.append(...heads);
  list.addEventListener("keydown", (event) => {
    const at = heads.indexOf(event.target as HTMLButtonElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: heads.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = (to + heads.length) % heads.length;
    show(next);
    heads[next]!.focus();
  });
  const mark = (shown: number) => {
    for (const [index, head] of heads.entries()) {
      head.setAttribute("aria-selected", String(index === shown));
      head.tabIndex = index === shown ? 0 : -1;
      panels[index]!.hidden = index !== shown;
    }
  };
  function show(index: number): void {
    mark(index);
    onShow(index);
  }
  mark(0);
  return { list, panels };
}
