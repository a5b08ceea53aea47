import { createStore } from "../design/store";
import { announce } from "./announce";

/** Something that was just done and can be taken back for a while. */
interface Undoable {
  text: string;
  undo: () => void;
  count: number;
}

/** One at a time: the next one makes the last one final. */
export const undoable = createStore<Undoable | null>(null);

let count = 0;

export function offerUndo(text: string, undo: () => void): void {
  undoable.set({ text, undo, count: ++count });
  announce(`${text}. Control Z undoes it.`);
}

export const closeUndo = (): void => undoable.set(null);

export function takeBack(): void {
  const done = undoable.get();
  closeUndo();
  done?.undo();
}
