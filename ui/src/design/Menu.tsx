import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { Icon } from "./Icon";

export interface Choice<T> {
  key: string;
  value: T;
  /** What it is called; also what typing its first letter finds. */
  name: string;
  badge?: ReactNode;
  /** A few words or a price at the end of the line. */
  note?: ReactNode;
}

interface MenuProps<T> {
  label: string;
  choices: readonly Choice<T>[];
  chosen: string;
  onChoose: (value: T) => void;
}

type Items = readonly HTMLElement[];

const MOVES: Readonly<Record<string, (at: number, items: Items) => number>> = {
  ArrowDown: (at, { length }) => (at + 1) % length,
  ArrowUp: (at, { length }) => (at - 1 + length) % length,
  Home: () => 0,
  End: (_, { length }) => length - 1,
};

/** The next one after `at` whose name begins with the letter; -1 without one. */
function named(letter: string, at: number, items: Items): number {
  const begins = ({ dataset }: HTMLElement) =>
    dataset.name?.toLowerCase().startsWith(letter.toLowerCase()) ?? false;
  const after = items.findIndex((item, place) => place > at && begins(item));
  return after === -1 ? items.findIndex(begins) : after;
}

/** One choice out of several; the arrow keys walk, a letter finds, Enter and a click choose. */
export function Menu<T>({ label, choices, chosen, onChoose }: MenuProps<T>) {
  const menu = useRef<HTMLDivElement>(null);

  useEffect(() => {
    menu.current?.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    const items = [...(menu.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const move = MOVES[event.key];
    const letter = event.key.length === 1 && /\S/.test(event.key) && !event.ctrlKey;
    if (!move && !letter) return;
    event.preventDefault();
    items[move ? move(at, items) : named(event.key, at, items)]?.focus();
  };

  return (
    <div ref={menu} role="menu" aria-label={label} onKeyDown={onKeyDown} tabIndex={-1}>
      {choices.map(({ key, value, name, badge, note }) => (
        <button
          key={key}
          type="button"
          role="menuitemradio"
          aria-checked={key === chosen}
          tabIndex={key === chosen ? 0 : -1}
          data-name={name}
          onClick={() => onChoose(value)}
          className="flex min-h-10 w-full items-center gap-2 rounded-lg px-2 py-1.5 text-left text-[0.87rem] hover:bg-mat"
        >
          <Icon name="check" className={`size-4 ${key === chosen ? "text-copper" : "invisible"}`} />
          {badge && <span className="shrink-0 whitespace-nowrap">{badge}</span>}
          <span className="min-w-0">{name}</span>
          {note && (
            <span className="ml-auto shrink-0 pl-2 text-[0.81rem] text-soft tabular-nums">
              {note}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}
