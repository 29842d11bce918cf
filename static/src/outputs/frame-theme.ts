/** The look that a frame takes over from the page around it. */
import type { FrameTheme } from "./frame/frame-messages.ts";

const VARIABLES = [
  "--nb-background",
  "--nb-surface",
  "--nb-raised",
  "--nb-code-background",
  "--nb-text",
  "--nb-text-soft",
  "--nb-border",
  "--nb-border-strong",
  "--nb-accent",
  "--nb-accent-soft",
  "--nb-on-accent",
  "--nb-good",
  "--nb-warn",
  "--nb-warn-soft",
  "--nb-bad",
  "--nb-bad-soft",
  "--nb-radius",
  "--nb-font",
  "--nb-mono",
];

export function themeAround(element: Element): FrameTheme {
  const style = getComputedStyle(element);
  const variables: Record<string, string> = {};
  for (const name of VARIABLES) {
    const value = style.getPropertyValue(name).trim();
    if (value) variables[name] = value;
  }
  return { scheme: schemeOf(style.colorScheme), variables };
}

/** Calls `act` whenever the page may look different. */
export function onThemeChange(act: () => void, signal?: AbortSignal): void {
  const attributes = new MutationObserver(act);
  attributes.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-theme", "class", "style"],
  });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", act, signal ? { signal } : {});
  signal?.addEventListener("abort", () => attributes.disconnect(), { once: true });
}

function schemeOf(colorScheme: string): FrameTheme["scheme"] {
  const isBoth = colorScheme.includes("light") && colorScheme.includes("dark");
  if (isBoth) return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  return colorScheme.includes("dark") ? "dark" : "light";
}
