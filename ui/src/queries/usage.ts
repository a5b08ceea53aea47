import { type QueryClient, useQuery } from "@tanstack/react-query";
import { getJson } from "../api/client";
import type { Usage } from "../api/types";

const USAGE = ["usage"] as const;

export const useUsage = () =>
  useQuery({
    queryKey: USAGE,
    queryFn: ({ signal }) => getJson<Usage>("/api/usage", signal),
    refetchInterval: 60_000,
  });

export const refreshUsage = (client: QueryClient) => client.invalidateQueries({ queryKey: USAGE });
