/** What a column's button opens: its order, its filter, its profile. */

import { button, element } from "./elements.ts";
import { wordsOf } from "./failure.ts";
import { filterForm } from "./filter-form.ts";
import { profileView } from "./profile-view.ts";
import type { TableModel } from "./table-model.ts";

export function columnPanel(model: TableModel, index: number, close: () => void): HTMLElement {
  const column = model.table.columns[index]!;
  const heading = element(
    "h3",
    {},
    column.name || "(no name)",
    element("span", { class: "soft" }, ` ${column.type}`),
  );
  const panel = element("div", { class: "column-panel", tabindex: -1 }, heading);
  if (!model.isLive) {
    panel.append(element("p", { class: "soft" }, model.offWords));
    return panel;
  }
  const sorted = model.sortOf(index);
  const order = (words: string, isOn: boolean, descending: boolean) =>
    button(
      words,
      () => {
        model.setSort(index, isOn ? null : { column: index, descending });
        close();
      },
      { "aria-pressed": String(isOn) },
    );
  const form = filterForm(column, index, model.filterOf(index), (filter) => {
    model.setFilter(index, filter);
    close();
  });
  const profile = element(
    "div",
    { "aria-live": "polite" },
    element("p", { class: "soft" }, "Reading the column…"),
  );
  panel.append(
    element(
      "div",
      { class: "order-buttons" },
      order("Ascending", sorted?.descending === false, false),
      order("Descending", sorted?.descending === true, true),
    ),
    form,
    profile,
  );
  model.profile(index).then(
    (answer) => profile.replaceChildren(profileView(answer, column)),
    (error: Error) => profile.replaceChildren(element("p", { class: "failure" }, wordsOf(error))),
  );
  return panel;
}
