import { useState } from "react";
import type { ApiKey, IssuedKey } from "../api/types";
import { INPUT } from "../design/Field";
import { useRotateKey } from "../queries/keys";
import { Ask } from "./Ask";

const OVERLAPS = [
  { seconds: 0, name: "ends at once" },
  { seconds: 3600, name: "works for an hour" },
  { seconds: 86_400, name: "works for a day" },
  { seconds: 604_800, name: "works for a week" },
] as const;

interface RotateProps {
  apiKey: ApiKey;
  onIssued: (issued: IssuedKey) => void;
  onDone: () => void;
}

/** A new key on the same terms; the old one goes on for a while, so that nothing stops. */
export function Rotate({ apiKey, onIssued, onDone }: RotateProps) {
  const [overlapSeconds, setOverlap] = useState<number>(86_400);
  const rotate = useRotateKey();
  const yes = () =>
    rotate.mutate(
      { id: apiKey.id, overlapSeconds },
      {
        onSuccess: (issued) => {
          onDone();
          onIssued(issued);
        },
      },
    );
  return (
    <Ask
      question={`Replace ${apiKey.name} by a new key?`}
      yes="Make the new key"
      error={rotate.error}
      busy={rotate.isPending}
      onYes={yes}
      onNo={onDone}
    >
      <p className="text-soft">The new one has the same name, scopes and limits.</p>
      <label className="flex flex-wrap items-center gap-2">
        The old one
        <select
          value={overlapSeconds}
          onChange={({ target }) => setOverlap(Number(target.value))}
          className={`${INPUT} w-auto!`}
        >
          {OVERLAPS.map(({ seconds, name }) => (
            <option key={seconds} value={seconds}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </Ask>
  );
}
