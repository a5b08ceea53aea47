import { type ReactNode, useCallback, useId, useRef, useState } from "react";
import { useDismiss } from "./useDismiss";

interface PopoverProps {
  /** What the button is called, and shows. */
  label: string;
  face: ReactNode;
  className: string;
  /** What opens: a menu of choices, or a group of fields. */
  kind: "menu" | "dialog";
  disabled?: boolean;
  children: (close: () => void) => ReactNode;
}

/**
 * A button, and what opens above the nearest positioned box: across it where there is little
 * room. Escape, a click and a step elsewhere close it.
 */
export function Popover({ label, face, className, kind, disabled, children }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useId();
  useDismiss(whole, open, close);
  const done = () => {
    close();
    button.current?.focus();
  };
  return (
    <div ref={whole}>
      <button
        ref={button}
        type="button"
        disabled={disabled}
        aria-label={label}
        aria-haspopup={kind}
        aria-expanded={open}
        aria-controls={open ? panel : undefined}
        onClick={() => setOpen(!open)}
        className={className}
      >
        {face}
      </button>
      {open && (
        <div
          id={panel}
          className="appear absolute right-0 bottom-full left-0 z-30 mb-2 max-h-[min(26rem,60dvh)] overflow-y-auto rounded-xl border border-line bg-sheet p-1.5 shadow-lift wide:right-auto wide:w-108"
        >
          {children(done)}
        </div>
      )}
    </div>
  );
}
