import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getJson, postJson } from "../api/client";
import type { UserLine } from "../api/types";

const USERS = ["users"] as const;

export const useUsers = () =>
  useQuery({
    queryKey: USERS,
    queryFn: ({ signal }) => getJson<UserLine[]>("/api/users", signal),
    staleTime: 0,
  });

/** Ends every session of a person, on every device. */
export function useSignOutUser() {
  const client = useQueryClient();
  return useMutation<unknown, Error, string>({
    mutationFn: (id) => postJson<unknown>(`/api/users/${encodeURIComponent(id)}/sign-out`),
    onSettled: () => client.invalidateQueries({ queryKey: USERS }),
  });
}
