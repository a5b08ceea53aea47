import { type KeyboardEvent, useRef } from "react";
import { promptHistory, step, type Walk } from "./history";
import { type FieldRef, useCaret } from "./useCaret";

const AT_DRAFT: Walk = { back: 0, draft: "" };

const STEPS: Readonly<Record<string, 1 | -1>> = { ArrowUp: 1, ArrowDown: -1 };

interface Walking {
  field: FieldRef;
  text: string;
  onChange: (text: string) => void;
}

/** The arrow keys at the field's start walk through what was sent before, and back to the draft. */
export function usePromptHistory({ field, text, onChange }: Walking) {
  const walk = useRef(AT_DRAFT);
  const place = useCaret(field, text);

  /** True when the key was a step. */
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>): boolean => {
    const by = STEPS[event.key];
    const { selectionStart, selectionEnd } = event.currentTarget;
    const plain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
    if (!by || !plain || selectionStart !== 0 || selectionEnd !== 0) return false;
    const next = step(promptHistory.get(), walk.current, by, text);
    if (!next) return false;
    walk.current = next.walk;
    place(0);
    onChange(next.text);
    return true;
  };

  /** What is written now is the draft. */
  const leave = () => {
    walk.current = AT_DRAFT;
  };

  return { onKey, leave };
}
