import { useState } from "react";
import type { ApiKey, IssuedKey } from "../api/types";
import { Button } from "../design/Button";
import { Chip } from "../design/Chip";
import { away } from "../design/format";
import { Icon } from "../design/Icon";
import { endOf, limitsOf, type State, scopesOf } from "./describe";
import { Revoke } from "./Revoke";
import { Rotate } from "./Rotate";

const STATES: Record<State, string> = {
  works: "works",
  retiring: "replaced, works until it expires",
};

function Facts({ apiKey }: { apiKey: ApiKey }) {
  const limits = limitsOf(apiKey);
  const rows = [
    ["May", scopesOf(apiKey)],
    ["Limits", limits.length > 0 ? limits.join(", ") : "only yours"],
    ["Models", apiKey.models.length > 0 ? apiKey.models.join(", ") : "all"],
    ["Last used", apiKey.lastUsedAt === null ? "never" : away(apiKey.lastUsedAt)],
  ] as const;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 text-[0.87rem] wide:grid-cols-[auto_1fr_auto_1fr]">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-soft">{name}</dt>
          <dd className="min-w-0 tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface KeyCardProps {
  apiKey: ApiKey;
  state: State;
  onIssued: (issued: IssuedKey) => void;
}

/** A key that works: what it may do, how long, and the two ways to end it. */
export function KeyCard({ apiKey, state, onIssued }: KeyCardProps) {
  const [asking, ask] = useState<"rotate" | "revoke" | null>(null);
  const done = () => ask(null);
  return (
    <li className="flex flex-col gap-3 rounded-2xl border border-line bg-sheet p-4.5 shadow-sheet">
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <Icon name="key" className="size-4 text-copper" />
        <h2 className="min-w-0 text-[0.95rem] font-semibold">{apiKey.name}</h2>
        <code className="font-mono text-[0.81rem] text-soft">aqt_…{apiKey.lastFour}</code>
        <Chip tone={state === "works" ? "ok" : "plain"}>{STATES[state]}</Chip>
        <span className="text-[0.84rem] text-soft wide:ml-auto">{endOf(apiKey)}</span>
      </div>
      <Facts apiKey={apiKey} />
      {asking === null && (
        <div className="flex flex-wrap gap-1.5">
          {state === "works" && (
            <Button icon="again" aria-label={`Rotate ${apiKey.name}`} onClick={() => ask("rotate")}>
              Rotate
            </Button>
          )}
          <Button icon="close" aria-label={`Revoke ${apiKey.name}`} onClick={() => ask("revoke")}>
            Revoke
          </Button>
        </div>
      )}
      {asking === "rotate" && <Rotate apiKey={apiKey} onIssued={onIssued} onDone={done} />}
      {asking === "revoke" && <Revoke apiKey={apiKey} onDone={done} />}
    </li>
  );
}
