import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { deleteJson, getJson, postJson } from "../api/client";
import type { ApiKey, IssuedKey, NewKey } from "../api/types";

const KEYS = ["keys"] as const;

const path = (id: string, what = "") => `/api/keys/${encodeURIComponent(id)}${what}`;

export const useKeys = () =>
  useQuery({ queryKey: KEYS, queryFn: ({ signal }) => getJson<ApiKey[]>("/api/keys", signal) });

const refresh = (client: QueryClient) => client.invalidateQueries({ queryKey: KEYS });

/** A change to the list of keys, which is then asked for again. */
function useChange<Result, Wanted>(change: (wanted: Wanted) => Promise<Result>) {
  const client = useQueryClient();
  return useMutation<Result, Error, Wanted>({
    mutationFn: change,
    gcTime: 0, // a new key is held by whoever shows it, and by nobody after
    onSettled: () => refresh(client),
  });
}

export const useCreateKey = () =>
  useChange((wanted: NewKey) => postJson<IssuedKey>("/api/keys", wanted));

interface Rotation {
  id: string;
  overlapSeconds: number;
}

export const useRotateKey = () =>
  useChange(({ id, overlapSeconds }: Rotation) =>
    postJson<IssuedKey>(path(id, "/rotate"), { overlapSeconds }),
  );

export const useRevokeKey = () => useChange((id: string) => deleteJson<unknown>(path(id)));
