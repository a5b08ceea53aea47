import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { announce, toast } from "../a11y/announce";
import { LiveRegion } from "../a11y/LiveRegion";
import { Button } from "../design/Button";
import { copyText } from "../design/clipboard";
import { cut } from "../design/format";
import { CopyPicture, Download, EditAlt } from "./ImageActions";
import { Stage } from "./Stage";
import { markdownOf, type Shot } from "./shots";

interface LightboxProps {
  /** Every picture of the message. */
  shots: readonly Shot[];
  first: Shot;
  onClose: () => void;
}

async function copy(text: string, done: string) {
  toast((await copyText(text)) ? done : "The browser did not allow copying");
}

const copyLink = (url: string) => void copy(url, "Image URL copied to clipboard!");

const grab = (shot: Shot) => void copy(markdownOf(shot), "Markdown copied to clipboard!");

function Actions({ shot }: { shot: Shot }) {
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <Button icon="copy" onClick={() => copyLink(shot.url)}>
        Copy
      </Button>
      <Button icon="markdown" onClick={() => grab(shot)}>
        Grab
      </Button>
      <Download shot={shot} />
      <CopyPicture shot={shot} />
      <EditAlt key={shot.id} shot={shot} />
    </div>
  );
}

interface TurnProps {
  by: -1 | 1;
  onTurn: (by: number) => void;
}

function Turn({ by, onTurn }: TurnProps) {
  const side = by < 0 ? "left-2" : "right-2";
  return (
    <Button
      icon={by < 0 ? "back" : "chevron"}
      aria-label={by < 0 ? "Previous image" : "Next image"}
      className={`absolute top-1/2 ${side} size-11 -translate-y-1/2 rounded-full bg-sheet p-0 shadow-sheet`}
      onClick={() => onTurn(by)}
    />
  );
}

const ARROWS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

const isField = (target: EventTarget): boolean =>
  target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;

/** The pictures of a message, one at a time and as large as the window or as they are. */
export default function Lightbox({ shots, first, onClose }: LightboxProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [id, setId] = useState(first.id);
  const [actual, setActual] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);

  const at = Math.max(
    0,
    shots.findIndex((shot) => shot.id === id),
  );
  const shot = shots[at] ?? first;
  const several = shots.length > 1;
  const turn = (by: number) => {
    const next = shots[(at + by + shots.length) % shots.length];
    if (!next) return;
    setId(next.id);
    announce(`Image ${shots.indexOf(next) + 1} of ${shots.length}`);
  };
  const onKeyDown = ({ key, target }: KeyboardEvent) => {
    const by = ARROWS[key];
    if (by && several && !actual && !isField(target)) turn(by);
  };
  return (
    <dialog
      ref={dialog}
      aria-label={`Image: ${cut(shot.alt, 90)}`}
      onClose={onClose}
      onKeyDown={onKeyDown}
      className="m-auto h-dvh max-h-none w-screen max-w-none bg-paper text-ink open:flex open:flex-col"
    >
      <div className="flex items-center gap-1.5 border-b border-line px-3.5 py-2">
        <p className="min-w-0 truncate font-serif italic">{shot.item.prompt}</p>
        {several && (
          <p className="shrink-0 text-[0.84rem] text-soft tabular-nums">
            {at + 1} of {shots.length}
          </p>
        )}
        <Button
          kind="bare"
          icon="zoom"
          aria-pressed={actual}
          className="ml-auto shrink-0"
          onClick={() => setActual(!actual)}
        >
          Actual size
        </Button>
        <Button
          kind="bare"
          icon="close"
          aria-label="Close"
          className="size-9 shrink-0"
          onClick={() => dialog.current?.close()}
        />
      </div>
      <div className="relative min-h-0 flex-1 bg-mat">
        <Stage key={shot.id} shot={shot} actual={actual} onTurn={several ? turn : null} />
        {several && <Turn by={-1} onTurn={turn} />}
        {several && <Turn by={1} onTurn={turn} />}
      </div>
      <div className="border-t border-line px-3.5 py-2.5">
        <Actions shot={shot} />
      </div>
      <LiveRegion />
    </dialog>
  );
}
