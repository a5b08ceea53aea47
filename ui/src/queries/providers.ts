import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getJson, postJson } from "../api/client";
import type { ProviderLine } from "../api/types";

const PROVIDERS = ["providers"] as const;

/** Every 10 seconds for as long as somebody can see it. */
export const useProviders = () =>
  useQuery({
    queryKey: PROVIDERS,
    queryFn: ({ signal }) => getJson<ProviderLine[]>("/api/providers", signal),
    staleTime: 0,
    refetchInterval: 10_000,
    refetchOnWindowFocus: true,
  });

/** Closes a provider's breaker and forgets its cool-down and missing models. */
export function useResetProvider() {
  const client = useQueryClient();
  return useMutation<unknown, Error, string>({
    mutationFn: (provider) =>
      postJson<unknown>(`/api/providers/${encodeURIComponent(provider)}/reset`),
    onSettled: () => client.invalidateQueries({ queryKey: PROVIDERS }),
  });
}
