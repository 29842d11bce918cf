/** Light or dark: what the person chose, else what the system says. */
import type { Settings } from "../session/settings.ts";

type Theme = Settings["theme"];

export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** Dark for a page that is light now, and the other way round. */
export function oppositeTheme(chosen: Theme): Theme {
  const isDark = chosen === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
  return isDark ? "light" : "dark";
}
