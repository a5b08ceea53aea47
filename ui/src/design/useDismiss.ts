import { type RefObject, useEffect } from "react";

/** Calls `close` when somebody presses Escape or clicks or tabs away from what `inside` holds. */
export function useDismiss(
  inside: RefObject<HTMLElement | null>,
  open: boolean,
  close: () => void,
): void {
  useEffect(() => {
    if (!open) return;
    const onAway = ({ target }: Event) => {
      if (target instanceof Node && !inside.current?.contains(target)) close();
    };
    const onKey = ({ key }: KeyboardEvent) => {
      if (key !== "Escape") return;
      inside.current?.querySelector("button")?.focus();
      close();
    };
    document.addEventListener("pointerdown", onAway);
    document.addEventListener("focusin", onAway);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onAway);
      document.removeEventListener("focusin", onAway);
      document.removeEventListener("keydown", onKey);
    };
  }, [inside, open, close]);
}
