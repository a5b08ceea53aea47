import { local, recall, remember } from "../design/storage";
import { createStore, useStore } from "../design/store";

const LAST = "aquatint.conversation";

const fromHash = (): string | null => {
  const match = /^#\/c\/(.+)$/.exec(window.location.hash);
  return match?.[1] ? decodeURIComponent(match[1]) : null;
};

/** The address of a conversation, or of an empty room. */
export const conversationLink = (id: string | null) =>
  id === null ? "#/" : `#/c/${encodeURIComponent(id)}`;

/** The open conversation: the address says which; an address that says nothing means the last. */
const current = createStore<string | null>(fromHash() ?? recall<string>(local, LAST));

const show = (id: string | null) => {
  remember(local, LAST, id);
  if (id !== current.get()) current.set(id);
};

window.addEventListener("hashchange", () => show(fromHash()));
if (current.get() !== null) window.history.replaceState(null, "", conversationLink(current.get()));

export const useConversationId = (): string | null => useStore(current);

export function openConversation(id: string | null): void {
  if (fromHash() !== id) window.history.pushState(null, "", conversationLink(id));
  show(id);
}
