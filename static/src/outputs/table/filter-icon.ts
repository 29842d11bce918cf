/** The sign for filter and profile: drawn here, as the page's own signs would come in a chunk of their own. */
import { ListFilter } from "lucide";
import { svgElement } from "./elements.ts";

export function filterIcon(): SVGSVGElement {
  const icon = svgElement("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" });
  for (const [name, { d = "" }] of ListFilter) if (name === "path") icon.append(svgElement("path", { d }));
  return icon;
}
