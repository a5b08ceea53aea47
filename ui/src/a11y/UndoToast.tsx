import { useEffect, useState } from "react";
import { Icon } from "../design/Icon";
import { useStore } from "../design/store";
import { closeUndo, takeBack, undoable } from "./undo";

const STAYS_MS = 8000;

const BUTTON = "min-h-8 rounded-lg px-2.5 font-semibold hover:bg-paper/15";

const typing = ({ target }: KeyboardEvent) =>
  target instanceof Element && target.closest("input, textarea, select") !== null;

function Toast({ text }: { text: string }) {
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const held = pointed || focused;

  useEffect(() => {
    if (held) return;
    const timer = setTimeout(closeUndo, STAYS_MS);
    return () => clearTimeout(timer);
  }, [held]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "z" || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
      if (typing(event)) return;
      event.preventDefault();
      takeBack();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: whoever is at it may take their time.
    <div
      className="appear pointer-events-auto flex items-center gap-1.5 rounded-xl bg-ink py-1.5 pr-1.5 pl-4 text-[0.87rem] text-paper shadow-lift forced-colors:border"
      onMouseEnter={() => setPointed(true)}
      onMouseLeave={() => setPointed(false)}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
    >
      <span className="min-w-0 font-medium">{text}</span>
      <button type="button" className={BUTTON} aria-keyshortcuts="Control+Z" onClick={takeBack}>
        Undo
      </button>
      <button type="button" aria-label="Dismiss" className={BUTTON} onClick={closeUndo}>
        <Icon name="close" />
      </button>
    </div>
  );
}

/** What can be taken back, which the status region has told; it stays for as long as somebody is at it. */
export function UndoToast() {
  const done = useStore(undoable);
  return (
    <div className="pointer-events-none fixed inset-x-0 bottom-44 z-30 flex justify-center px-4">
      {done && <Toast key={done.count} text={done.text} />}
    </div>
  );
}
