import { createStore } from "../design/store";

/** False from a request that got no answer until one gets an answer again. */
export const reachable = createStore(true);

export function noteReach(reached: boolean): void {
  if (reachable.get() !== reached) reachable.set(reached);
}
