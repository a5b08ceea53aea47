import { type ReactNode, useEffect, useId, useRef } from "react";
import { LiveRegion } from "../a11y/LiveRegion";
import { Button } from "./Button";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** A modal dialog, open for as long as it is rendered. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the dialog; Escape is the key for it.
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={({ target, currentTarget }) => target === currentTarget && close()}
      className="m-auto max-h-[85dvh] w-[min(36rem,calc(100vw-1.75rem))] rounded-2xl border border-line bg-sheet text-ink shadow-lift"
    >
      <div className="flex flex-col p-5">
        <div className="flex items-center justify-between">
          <h2 id={heading} className="font-serif text-xl font-semibold">
            {title}
          </h2>
          <Button kind="bare" icon="close" aria-label="Close" onClick={close} />
        </div>
        {children}
      </div>
      {/* The page's own lies behind the dialog, and is silent while it is open. */}
      <LiveRegion />
    </dialog>
  );
}
