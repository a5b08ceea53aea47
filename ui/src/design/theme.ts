import { createStore } from "./store";

export type Theme = "system" | "light" | "dark";

const KEY = "aquatint.theme";

const chosen = (): Theme => {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
};

export const theme = createStore<Theme>(chosen());

/** `public/theme.js` reads what is kept here before the first paint. */
export function chooseTheme(next: Theme): void {
  theme.set(next);
  try {
    if (next === "system") {
      delete document.documentElement.dataset.theme;
      localStorage.removeItem(KEY);
    } else {
      document.documentElement.dataset.theme = next;
      localStorage.setItem(KEY, next);
    }
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}
