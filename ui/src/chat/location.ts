import { local, recall, remember } from "../design/storage";
import { createStore, useStore } from "../design/store";
import "../identity/arrival"; // restores the address before it is read here
import { isWaiting, waitingIn } from "../waiting/link";

const LAST = "aquatint.conversation";

export type Page = "chat" | "waiting" | "usage" | "providers" | "settings" | "keys" | "users";
const PAGES: readonly Page[] = ["usage", "providers", "settings", "keys", "users"];

function pageFromHash(): Page {
  const { hash } = window.location;
  if (isWaiting(hash)) return "waiting";
  return PAGES.find((page) => hash === pageLink(page)) ?? "chat";
}

/** An address cut in the middle of a character names no conversation. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

const fromHash = (): string | null => {
  const match = /^#\/c\/(.+)$/.exec(window.location.hash);
  return match?.[1] ? decoded(match[1]) : null;
};

export const pageLink = (page: Page): string => (page === "chat" ? "#/" : `#/${page}`);

/** The address of a conversation, or of an empty room. */
export const conversationLink = (id: string | null) =>
  id === null ? pageLink("chat") : `#/c/${encodeURIComponent(id)}`;

const page = createStore<Page>(pageFromHash());

/** The waiting quote that the address names. */
const waiting = createStore<string | null>(waitingIn(window.location.hash));

/** The open conversation: the address says which; an address that says nothing means the last. */
const current = createStore<string | null>(fromHash() ?? recall<string>(local, LAST));

const show = (id: string | null) => {
  remember(local, LAST, id);
  if (id !== current.get()) current.set(id);
};

function follow(): void {
  page.set(pageFromHash());
  waiting.set(waitingIn(window.location.hash));
  if (page.get() === "chat") show(fromHash());
}

window.addEventListener("hashchange", follow);
if (current.get() !== null && page.get() === "chat") {
  window.history.replaceState(null, "", conversationLink(current.get()));
}

export const usePage = (): Page => useStore(page);
export const useWaitingId = (): string | null => useStore(waiting);
export const useConversationId = (): string | null => useStore(current);

/** Also leaves every other page for the conversation. */
export function openConversation(id: string | null): void {
  if (page.get() !== "chat" || fromHash() !== id) {
    window.history.pushState(null, "", conversationLink(id));
  }
  page.set("chat");
  show(id);
}
