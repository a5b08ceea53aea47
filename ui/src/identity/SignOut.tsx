import { useMutation } from "@tanstack/react-query";
import { toast } from "../a11y/announce";
import { postJson } from "../api/client";
import { asProblem } from "../api/problems";
import { token } from "../api/session";
import { Icon } from "../design/Icon";
import { startAfresh } from "./person";

/** A session that is over already is signed out as well. */
async function signOut(everywhere: boolean): Promise<void> {
  try {
    await postJson<unknown>("/auth/logout", { everywhere });
  } catch (error) {
    if (asProblem(error).status !== 401) throw error;
  }
  token.set(null);
  startAfresh();
}

export function SignOut({ row }: { row: string }) {
  const leave = useMutation({ mutationFn: signOut, onError: ({ message }) => toast(message) });
  return (
    <>
      <button
        type="button"
        disabled={leave.isPending}
        onClick={() => leave.mutate(false)}
        className={row}
      >
        <Icon name="leave" className="size-4 text-soft" />
        Sign out
      </button>
      <button
        type="button"
        disabled={leave.isPending}
        onClick={() => leave.mutate(true)}
        className={row}
      >
        <Icon name="devices" className="size-4 text-soft" />
        Sign out everywhere
      </button>
    </>
  );
}
