import { Suspense, useState } from "react";
import type { LlmApiCall } from "../api/types";
import { Button } from "../design/Button";
import { Notice } from "../design/Notice";
import { part } from "../part";
import type { ShownMessage } from "../queries/conversations";
import { ImageGenerations } from "../quote/ImageGenerations";
import { Asked } from "./Asked";
import { copySaid } from "./copySaid";
import { Markdown } from "./Markdown";
import { canRejoin } from "./room";

const LlmInfoDialog = part(() => import("../image/LlmInfoDialog"));

interface MessageProps {
  message: ShownMessage;
  /** What it answers. */
  question?: string;
  /** What is being done for this message right now. */
  status?: string | null;
  onRetry: (message: ShownMessage) => void;
  onEdit: (prompt: string) => void;
  onResend?: (message: ShownMessage, text: string) => void;
}

type EndingProps = Pick<MessageProps, "message" | "question" | "onRetry" | "onEdit">;

function Ending({ message, question, onRetry, onEdit }: EndingProps) {
  const { problem, stopped } = message;
  if (!problem && !stopped) return null;
  const again = (
    <div className="flex flex-wrap gap-1.5 pt-2">
      <Button icon="again" onClick={() => onRetry(message)}>
        {canRejoin(message) ? "Show the rest" : "Send again"}
      </Button>
      {question && !canRejoin(message) && (
        <Button icon="edit" onClick={() => onEdit(question)}>
          Edit prompt
        </Button>
      )}
    </div>
  );
  return problem ? (
    <Notice tone="bad" icon="warn" title={problem.error}>
      {again}
    </Notice>
  ) : (
    <Notice tone="plain" icon="stop" title="Stopped">
      {again}
    </Notice>
  );
}

function Thinking({ text }: { text: string }) {
  return (
    <p className="flex items-center gap-2.5 text-soft">
      <span className="dots text-copper" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {text}
    </p>
  );
}

/** The account of an answer without pictures; those tell their own with it. */
function TextInfo({ calls, question }: { calls: readonly LlmApiCall[]; question?: string }) {
  const [open, setOpen] = useState(false);
  if (calls.length === 0) return null;
  return (
    <>
      <Button
        kind="bare"
        icon="info"
        className="-mt-1.5 -ml-2 self-start"
        onClick={() => setOpen(true)}
      >
        LLM Info
      </Button>
      <Suspense>
        {open && <LlmInfoDialog calls={calls} question={question} onClose={() => setOpen(false)} />}
      </Suspense>
    </>
  );
}

function Said({ text }: { text: string }) {
  return (
    <div className="group relative pr-9">
      <Markdown text={text} />
      <Button
        kind="bare"
        icon="copy"
        aria-label="Copy answer"
        title="Copy"
        className="absolute -top-1 -right-1 size-8 pointer-fine:opacity-0 pointer-fine:group-hover:opacity-100 pointer-fine:focus-visible:opacity-100"
        onClick={() => copySaid(text)}
      />
    </div>
  );
}

function Answer({ message, question, status, onRetry, onEdit }: MessageProps) {
  const { imageGenerations: items = [], llmApiCalls: calls = [] } = message;
  return (
    <div className="flex flex-col gap-3.5">
      {message.content !== "" && <Said text={message.content} />}
      {items.length > 0 && (
        <ImageGenerations items={items} calls={calls} question={question} onEdit={onEdit} />
      )}
      {status && <Thinking text={status} />}
      <Ending message={message} question={question} onRetry={onRetry} onEdit={onEdit} />
      {items.length === 0 && <TextInfo calls={calls} question={question} />}
    </div>
  );
}

export function Message({ onResend, ...props }: MessageProps) {
  if (props.message.role !== "user") return <Answer {...props} />;
  return <Asked message={props.message} onResend={onResend} />;
}
