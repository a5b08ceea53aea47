import { useState } from "react";
import { toast } from "../a11y/announce";
import type { ProviderLine } from "../api/types";
import { Button } from "../design/Button";
import { Ask } from "../keys/Ask";
import { useResetProvider } from "../queries/providers";

/** Puts a provider back into service, once it was asked for twice. */
export function Reset({ line: { provider, label } }: { line: ProviderLine }) {
  const [asking, ask] = useState(false);
  const reset = useResetProvider();
  const yes = () =>
    reset.mutate(provider, {
      onSuccess: () => {
        toast(`${label} was reset`);
        ask(false);
      },
    });
  if (!asking) {
    return (
      <Button
        icon="again"
        className="self-start"
        aria-label={`Reset ${label}`}
        onClick={() => ask(true)}
      >
        Reset
      </Button>
    );
  }
  return (
    <Ask
      question={`Reset ${label}?`}
      yes="Reset it"
      error={reset.error}
      busy={reset.isPending}
      onYes={yes}
      onNo={() => ask(false)}
    >
      <p className="text-soft">
        Closes its breaker and forgets its wait and its missing models, for everybody. If it still
        fails, the next orders find out.
      </p>
    </Ask>
  );
}
