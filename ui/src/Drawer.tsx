import { useEffect, useRef } from "react";
import { LiveRegion } from "./a11y/LiveRegion";
import { UndoToast } from "./a11y/UndoToast";
import type { About } from "./api/types";
import { Button } from "./design/Button";
import { ThemeToggle } from "./design/ThemeToggle";
import { Rail } from "./Rail";
import { Wordmark } from "./Wordmark";

interface DrawerProps {
  title: string | null;
  about: About;
  onNew: () => void;
  onClose: () => void;
}

/** The rail where there is no room for one: it comes in from the side. */
export default function Drawer({ title, about, onNew, onClose }: DrawerProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the drawer; Escape is the key for it.
    <dialog
      ref={dialog}
      aria-label="Menu"
      onClose={onClose}
      onClick={({ target, currentTarget }) => target === currentTarget && close()}
      className="m-0 h-dvh max-h-none w-[min(20rem,calc(100vw-3rem))] max-w-none border-r border-line bg-rail text-ink shadow-lift"
    >
      <div className="flex h-full flex-col gap-2 p-3.5">
        <div className="flex items-center justify-between">
          <Wordmark />
          <Button kind="bare" icon="close" aria-label="Close" className="size-9" onClick={close} />
        </div>
        <Rail title={title} about={about} onNew={onNew} onOpen={close} />
        <div className="self-start">
          <ThemeToggle />
        </div>
      </div>
      {/* What lies outside an open dialog is neither reached nor read out. */}
      <LiveRegion />
      <UndoToast />
    </dialog>
  );
}
