import { useEffect } from "react";
import { send } from "../api/client";
import { createStore, useStore } from "../design/store";

type Previews = Readonly<Record<string, string>>;

/** The latest unfinished picture of each generation that this page watches, as an object URL. */
const previews = createStore<Previews>({});

function set(generation: string, address: string | null): void {
  const { [generation]: old, ...others } = previews.get();
  if (old) URL.revokeObjectURL(old);
  previews.set(address === null ? others : { ...others, [generation]: address });
}

async function load(generation: string, url: string, signal: AbortSignal): Promise<void> {
  const picture = await (await send(url, { signal })).blob();
  if (!signal.aborted) set(generation, URL.createObjectURL(picture));
}

/** Shows what a `partial` event tells of. One that is gone already is no loss. */
export function showPreview(generation: string, data: string, signal: AbortSignal): void {
  const { url } = JSON.parse(data) as { url: string };
  load(generation, url, signal).catch(() => undefined);
}

/** The unfinished picture of a generation, until nobody looks at it any more. */
export function usePreview(generation: string | null | undefined): string | null {
  const all = useStore(previews);
  useEffect(() => {
    if (!generation) return;
    return () => set(generation, null);
  }, [generation]);
  return (generation && all[generation]) || null;
}
