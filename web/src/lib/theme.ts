import { readText, writeText } from "./storage";

export type Theme = "light" | "dark" | "system";

/** The chosen theme; public/theme.js applies the same value before the first paint. */
export function currentTheme(): Theme {
  const stored = readText("theme");
  return stored === "light" || stored === "dark" ? stored : "system";
}

export function applyTheme(theme: Theme): void {
  writeText("theme", theme === "system" ? null : theme);
  const root = document.documentElement;
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
}

/** What one sees now, whichever way it came about. */
export function shownTheme(): "light" | "dark" {
  const theme = currentTheme();
  if (theme !== "system") return theme;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
