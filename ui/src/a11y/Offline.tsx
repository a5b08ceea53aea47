import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { send } from "../api/client";
import { reachable } from "../api/reach";
import { Icon } from "../design/Icon";
import { useStore } from "../design/store";
import { announce } from "./announce";

const ASK_EVERY_MS = 4000;

/** Whatever it answers, it answered: `send` notes that. */
const knock = () => void send("/healthz").catch(() => undefined);

/** Asks again while nothing answers, and at once when the browser's own network comes or goes. */
function useKnocking(away: boolean): void {
  useEffect(() => {
    window.addEventListener("online", knock);
    window.addEventListener("offline", knock);
    return () => {
      window.removeEventListener("online", knock);
      window.removeEventListener("offline", knock);
    };
  }, []);
  useEffect(() => {
    if (!away) return;
    const timer = setInterval(knock, ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, [away]);
}

/** A calm bar while the gateway cannot be reached; what failed meanwhile is asked for again. */
export function Offline() {
  const away = !useStore(reachable);
  const client = useQueryClient();
  useKnocking(away);

  useEffect(() => {
    if (!away) return;
    announce(`${words()}: nothing is lost`);
    return () => {
      if (!reachable.get()) return;
      announce("Connected again");
      const failed = { predicate: ({ state }: { state: { error: unknown } }) => !!state.error };
      void client.refetchQueries(failed);
    };
  }, [away, client]);

  if (!away) return null;
  return (
    <aside
      aria-label="Connection"
      className="sticky top-0 z-20 flex items-center justify-center gap-2 border-b border-line bg-mat px-4 py-2 text-center text-[0.84rem]"
    >
      <Icon name="offline" className="size-4 text-soft" />
      <p>
        <b className="font-semibold">{words()}: nothing is lost.</b>{" "}
        <span className="text-soft">What you write stays here; this goes on by itself.</span>
      </p>
    </aside>
  );
}

const words = () => (navigator.onLine ? "The gateway does not answer" : "You are offline");
