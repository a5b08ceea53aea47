import { announce } from "../a11y/announce";
import { createStore } from "./store";

export interface ToastText {
  id: number;
  text: string;
}

const SHOWN_MS = 4000;

export const toasts = createStore<readonly ToastText[]>([]);
let ids = 0;

/** Shows a short message for a while and says it to screen readers. */
export function toast(text: string): void {
  const id = ++ids;
  toasts.set([...toasts.get().slice(-2), { id, text }]);
  announce(text);
  setTimeout(() => toasts.set(toasts.get().filter((shown) => shown.id !== id)), SHOWN_MS);
}
