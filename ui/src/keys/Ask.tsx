import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "../design/Button";
import { Notice } from "../design/Notice";

interface AskProps {
  question: string;
  yes: string;
  error: Error | null;
  busy: boolean;
  onYes: () => void;
  onNo: () => void;
  children: ReactNode;
}

/** A question in place, with the focus on the answer that changes nothing. */
export function Ask({ question, yes, error, busy, onYes, onNo, children }: AskProps) {
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => no.current?.focus(), []);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields; this is a question.
    <div
      role="group"
      aria-label={question}
      className="flex flex-col gap-2.5 rounded-xl border border-line bg-mat p-3.5 text-[0.87rem]"
    >
      <p className="font-semibold">{question}</p>
      {children}
      {error && <Notice tone="bad" icon="warn" title={error.message} />}
      <div className="flex flex-wrap gap-2">
        <Button className="bg-sheet" disabled={busy} onClick={onYes}>
          {yes}
        </Button>
        <Button ref={no} kind="bare" onClick={onNo}>
          Leave it
        </Button>
      </div>
    </div>
  );
}
