import { type QueryClient, useQuery } from "@tanstack/react-query";
import { getJson } from "../api/client";
import type { WaitingItem } from "../api/types";

const WAITING = ["waiting"] as const;
const MINUTE_MS = 60_000;

/** The quotes that only this person may confirm, the newest first. */
export const useWaiting = () =>
  useQuery({
    queryKey: WAITING,
    queryFn: ({ signal }) => getJson<WaitingItem[]>("/api/quotes?waiting=true", signal),
    refetchInterval: MINUTE_MS,
  });

export const refreshWaiting = (client: QueryClient) =>
  client.invalidateQueries({ queryKey: WAITING });
