const PLACE = "#/waiting";

/** The address of the quotes that wait for their owner, or of one of them. */
export const waitingLink = (id: string | null): string =>
  id === null ? PLACE : `${PLACE}/${encodeURIComponent(id)}`;

export const isWaiting = (hash: string): boolean => hash === PLACE || hash.startsWith(`${PLACE}/`);

/** The quote that an address names; null for anything that cannot be the id of one. */
export const waitingIn = (hash: string): string | null =>
  /^#\/waiting\/([\w-]+)$/.exec(hash)?.[1] ?? null;
