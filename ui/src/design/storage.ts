/** Web storage that may be forbidden or full: reading gives null, writing does nothing. */
export function recall<T>(storage: () => Storage, key: string): T | null {
  try {
    const text = storage().getItem(key);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

export function remember(storage: () => Storage, key: string, value: unknown): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, JSON.stringify(value));
  } catch {
    // The studio works without memory; a reload then forgets.
  }
}

export const local = () => localStorage;
export const session = () => sessionStorage;
