import { createStore } from "../design/store";

/** The one polite status region of the page; each announcement replaces the last. */
export const announcements = createStore({ text: "", count: 0 });

export const announce = (text: string): void =>
  announcements.set({ text, count: announcements.get().count + 1 });
