import type { QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { replaceItem } from "./replacements";

/** An item moved, and perhaps another one stands in its place now. */
interface News {
  changed: string;
  by?: string;
}

const NAME = "aquatint.items";

/** Tells the other tabs of this browser, which then ask the server themselves. */
export function tellTabs(news: News): void {
  if (typeof BroadcastChannel === "undefined") return;
  const channel = new BroadcastChannel(NAME);
  channel.postMessage(news);
  channel.close();
}

/** Whoever confirms tells at once, often before the server has written it down. */
const LOOK_AGAIN = 1500;

/** Heeds what other tabs tell. They are believed only as far as where to look. */
export function useTabs(client: QueryClient): void {
  useEffect(() => {
    if (typeof BroadcastChannel === "undefined") return;
    const channel = new BroadcastChannel(NAME);
    channel.onmessage = ({ data }: MessageEvent<News>) => {
      const look = () =>
        void client.invalidateQueries({ queryKey: ["items", data.changed], exact: true });
      look();
      setTimeout(look, LOOK_AGAIN);
      if (data.by) replaceItem(data.changed, data.by);
    };
    return () => channel.close();
  }, [client]);
}
