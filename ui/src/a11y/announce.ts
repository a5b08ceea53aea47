import { createStore } from "../design/store";

interface Announcement {
  text: string;
  /** Shown to everybody, not only said to screen readers. */
  visible: boolean;
  count: number;
}

/** The one polite status region of the page; each announcement replaces the last. */
export const announcement = createStore<Announcement>({ text: "", visible: false, count: 0 });

const SHOWN_MS = 4000;

const say = (text: string, visible: boolean): number => {
  const count = announcement.get().count + 1;
  announcement.set({ text, visible, count });
  return count;
};

export const announce = (text: string): void => {
  say(text, false);
};

/** A short message for everybody, gone after a while. */
export function toast(text: string): void {
  const mine = say(text, true);
  setTimeout(() => {
    if (announcement.get().count === mine) say("", false);
  }, SHOWN_MS);
}
