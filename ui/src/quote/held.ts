import type { Item } from "../api/types";

/** What is still held for calls without an answer, which may have been billed; dollars. */
export const heldOf = ({ attempts = [] }: Item): number =>
  attempts.reduce((total, { held }) => total + held, 0);
