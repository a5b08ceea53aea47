import { recall, remember } from "./storage";
import { createStore, type Store } from "./store";

/** A store that outlives the page: each value is written to web storage, the initial one is not. */
export function createKept<T>(storage: () => Storage, key: string, initial: T): Store<T> {
  const store = createStore<T>(recall<T>(storage, key) ?? initial);
  return {
    ...store,
    set: (value) => {
      store.set(value);
      remember(storage, key, value === initial ? null : value);
    },
  };
}
