/** How a column's values are spread: the counts, the extremes, and a small drawing. */
import type { ProfileBin, TableColumn, TableProfile } from "../../contracts/generated.ts";
import { counted, lineText } from "./cell-text.ts";
import { element, svgElement } from "./elements.ts";

const WIDTH = 264;
const HEIGHT = 64;
const MAX_BINS = 100;
const MAX_NAMES = 8;

export function profileView(profile: TableProfile, column: TableColumn): HTMLElement {
  const { rows, missing, distinct, least, most, mean } = profile;
  const share = rows > 0 ? ` (${percent(missing / rows)})` : "";
  const facts: [string, string][] = [
    ["Rows", rows.toLocaleString("en")],
    ["Missing", `${missing.toLocaleString("en")}${share}`],
    ["Distinct", distinct.toLocaleString("en")],
  ];
  if (least !== null) facts.push(["Least", lineText(least)]);
  if (most !== null) facts.push(["Most", lineText(most)]);
  if (mean !== null) facts.push(["Mean", lineText(mean)]);
  const list = element("dl", { class: "profile-facts" });
  for (const [name, value] of facts) {
    list.append(element("dt", {}, name), element("dd", { title: value }, value));
  }
  const bins = profile.bins.filter(({ count }) => Number.isFinite(count) && count >= 0).slice(0, MAX_BINS);
  const isRanged = bins.some(({ least, most }) => most !== null && most !== least);
  const view = element("div", { class: "profile" }, list);
  if (bins.length > 0) view.append(isRanged ? histogram(bins, column) : frequencies(bins, rows));
  return view;
}

function histogram(bins: readonly ProfileBin[], { name }: TableColumn): SVGSVGElement {
  const highest = Math.max(1, ...bins.map(({ count }) => count));
  const step = WIDTH / bins.length;
  const bars = bins.map(({ least, most, count }, index) => {
    const height = (count / highest) * HEIGHT;
    return svgElement(
      "rect",
      {
        x: index * step + 0.5,
        y: HEIGHT - height,
        width: Math.max(1, step - 1),
        height: count > 0 ? Math.max(1, height) : 0,
      },
      svgElement("title", {}, `${lineText(least)} to ${lineText(most)}: ${counted(count, "row")}`),
    );
  });
  return svgElement(
    "svg",
    {
      class: "profile-bars",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      "aria-label": `How ${name} is spread: ${bins.length} bars, the highest of ${counted(highest, "row")}`,
    },
    ...bars,
  );
}

/** The most frequent values, each with a bar of its share. */
function frequencies(bins: readonly ProfileBin[], rows: number): HTMLElement {
  const most = bins.slice(0, MAX_NAMES).map(({ least, count }) => {
    const bar = element("span", { class: "frequency-bar" });
    bar.style.width = rows > 0 ? `${Math.min(100, (count / rows) * 100)}%` : "0";
    return element(
      "li",
      {},
      bar,
      element(
        "span",
        { class: least === null ? "missing" : "frequency-name" },
        least === null ? "null" : lineText(least),
      ),
      element("span", { class: "frequency-count" }, count.toLocaleString("en")),
    );
  });
  return element("ol", { class: "frequencies", "aria-label": "Most frequent values" }, ...most);
}

function percent(share: number): string {
  return `${(share * 100).toLocaleString("en", { maximumFractionDigits: share < 0.01 ? 2 : 1 })} %`;
}
