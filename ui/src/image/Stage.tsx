import { type PointerEvent, useRef } from "react";
import type { Shot } from "./shots";

/** A finger that goes this far sideways turns to the next picture, in CSS pixels. */
const SWIPE = 60;

interface StageProps {
  shot: Shot;
  /** One pixel of the picture is one pixel of the page; what is too large scrolls. */
  actual: boolean;
  /** Null where there is nothing to turn to. */
  onTurn: ((by: number) => void) | null;
}

export function Stage({ shot, actual, onTurn }: StageProps) {
  const began = useRef<number | null>(null);
  const onPointerDown = ({ pointerType, clientX }: PointerEvent) => {
    began.current = pointerType === "touch" ? clientX : null;
  };
  const onPointerUp = ({ clientX }: PointerEvent) => {
    const moved = began.current === null ? 0 : clientX - began.current;
    began.current = null;
    if (Math.abs(moved) > SWIPE) onTurn?.(moved < 0 ? 1 : -1);
  };
  const { width, height } = shot.image ?? {};
  if (actual) {
    return (
      <section
        aria-label="Image at its actual size"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        className="size-full overflow-auto"
      >
        <img
          src={shot.url}
          alt={shot.alt}
          width={width}
          height={height}
          className="mx-auto max-w-none"
        />
      </section>
    );
  }
  return (
    <div
      className="absolute inset-0 touch-pan-y p-4 wide:p-8"
      onPointerDown={onPointerDown}
      onPointerUp={onPointerUp}
    >
      <img src={shot.url} alt={shot.alt} draggable={false} className="size-full object-contain" />
    </div>
  );
}
