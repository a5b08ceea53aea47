import { useState } from "react";
import type { ApiKey, IssuedKey } from "../api/types";
import { Button } from "../design/Button";
import { Disclosure } from "../design/Disclosure";
import { Notice } from "../design/Notice";
import { useKeys } from "../queries/keys";
import { endOf, stateOf } from "./describe";
import { DEFAULTS, keyForm } from "./form";
import { Issued } from "./Issued";
import { KeyCard } from "./KeyCard";
import { NewKeyForm } from "./NewKeyForm";

function Ended({ keys }: { keys: readonly ApiKey[] }) {
  if (keys.length === 0) return null;
  return (
    <div className="overflow-hidden rounded-2xl border border-line [&>details]:border-0">
      <Disclosure title="No longer working" gist={String(keys.length)}>
        <ul className="flex flex-col gap-2">
          {keys.map((apiKey) => (
            <li key={apiKey.id} className="flex flex-wrap items-baseline gap-x-2.5">
              <span>{apiKey.name}</span>
              <code className="font-mono text-[0.81rem] text-soft">aqt_…{apiKey.lastFour}</code>
              <span className="text-soft wide:ml-auto">{endOf(apiKey)}</span>
            </li>
          ))}
        </ul>
      </Disclosure>
    </div>
  );
}

function List({ onIssued }: { onIssued: (issued: IssuedKey) => void }) {
  const { data: keys, error } = useKeys();
  if (error) return <Notice tone="bad" icon="warn" title={error.message} />;
  if (!keys) return null;
  const working = keys.filter(({ works }) => works);
  return (
    <>
      {working.length === 0 ? (
        <p className="text-soft">No key works here. Nobody but you can spend.</p>
      ) : (
        <ul aria-label="API keys" className="flex flex-col gap-3.5">
          {working.map((apiKey) => (
            <KeyCard
              key={apiKey.id}
              apiKey={apiKey}
              state={stateOf(apiKey, keys)}
              onIssued={onIssued}
            />
          ))}
        </ul>
      )}
      <Ended keys={keys.filter(({ works }) => !works)} />
    </>
  );
}

/** What lets programs in: made here, shown once, ended here. */
export default function KeysPage() {
  const [writing, setWriting] = useState(() => keyForm.get() !== DEFAULTS);
  const [issued, setIssued] = useState<IssuedKey | null>(null);
  const show = (made: IssuedKey) => {
    setWriting(false);
    setIssued(made);
  };
  return (
    <>
      <p className="-mt-3 max-w-[62ch] text-soft">
        A key lets a program ask and buy as you, within limits of its own. Give each program its own
        key, so that one can be ended without the others.
      </p>
      {issued && <Issued key={issued.id} issued={issued} onDone={() => setIssued(null)} />}
      {writing ? (
        <NewKeyForm
          onIssued={show}
          onCancel={() => {
            keyForm.set(DEFAULTS);
            setWriting(false);
          }}
        />
      ) : (
        <Button icon="plus" className="self-start bg-sheet" onClick={() => setWriting(true)}>
          New key
        </Button>
      )}
      <List onIssued={show} />
    </>
  );
}
