import { Icon } from "./Icon";
import { useStore } from "./store";
import { chooseTheme, type Theme, theme } from "./theme";

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const NAMES: Record<Theme, string> = { system: "System", light: "Light", dark: "Dark" };

export function ThemeToggle({ wordless = false }: { wordless?: boolean }) {
  const chosen = useStore(theme);
  const label = `Theme: ${NAMES[chosen]}`;
  return (
    <button
      type="button"
      title={`${label}. Change to ${NAMES[NEXT[chosen]].toLowerCase()}`}
      aria-label={label}
      onClick={() => chooseTheme(NEXT[chosen])}
      className="flex min-h-9 min-w-9 items-center justify-center gap-2 rounded-lg px-2 text-[0.84rem] text-soft hover:bg-sheet hover:text-ink"
    >
      <Icon name={chosen} />
      {!wordless && label}
    </button>
  );
}
