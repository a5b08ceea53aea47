import { toast } from "../a11y/announce";
import type { ApiKey } from "../api/types";
import { useRevokeKey } from "../queries/keys";
import { Ask } from "./Ask";

export function Revoke({ apiKey, onDone }: { apiKey: ApiKey; onDone: () => void }) {
  const revoke = useRevokeKey();
  const yes = () =>
    revoke.mutate(apiKey.id, {
      onSuccess: () => {
        toast(`${apiKey.name} was revoked`);
        onDone();
      },
    });
  return (
    <Ask
      question={`Revoke ${apiKey.name}?`}
      yes="Revoke it"
      error={revoke.error}
      busy={revoke.isPending}
      onYes={yes}
      onNo={onDone}
    >
      <p className="text-soft">
        Whatever uses it is refused within a second. What it bought stays yours. This cannot be
        undone.
      </p>
    </Ask>
  );
}
