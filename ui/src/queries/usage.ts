import { keepPreviousData, type QueryClient, useMutation, useQuery } from "@tanstack/react-query";
import { getJson, send } from "../api/client";
import type { Usage, UsageReport } from "../api/types";

const USAGE = ["usage"] as const;
const MINUTE_MS = 60_000;

export const useUsage = () =>
  useQuery({
    queryKey: USAGE,
    queryFn: ({ signal }) => getJson<Usage>("/api/usage", signal),
    refetchInterval: MINUTE_MS,
  });

/** The last `days` in full; while another range is on its way, the one before it. */
export const useUsageReport = (days: number) =>
  useQuery({
    queryKey: [...USAGE, days],
    queryFn: ({ signal }) => getJson<UsageReport>(`/api/usage?days=${days}`, signal),
    refetchInterval: MINUTE_MS,
    placeholderData: keepPreviousData,
  });

/** Everything since a day (YYYY-MM-DD, UTC) as a file, one line for each call. */
export const useUsageFile = () =>
  useMutation<Blob, Error, string>({
    mutationFn: async (from) =>
      // Asked for and not linked to: elsewhere the sign-in goes along in a header.
      (await send(`/api/usage/export.csv?from=${from}`)).blob(),
    gcTime: 0,
  });

export const refreshUsage = (client: QueryClient) => client.invalidateQueries({ queryKey: USAGE });
