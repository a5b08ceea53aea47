import { type RefObject, useCallback, useLayoutEffect, useRef } from "react";

export type FieldRef = RefObject<HTMLTextAreaElement | null>;

/** Puts the caret somewhere once the text that was just set is in the field. */
export function useCaret(field: FieldRef, text: string): (place: number) => void {
  const wanted = useRef<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new text may have a place wanted.
  useLayoutEffect(() => {
    if (wanted.current !== null) field.current?.setSelectionRange(wanted.current, wanted.current);
    wanted.current = null;
  }, [field, text]);
  return useCallback((place: number) => {
    wanted.current = place;
  }, []);
}
