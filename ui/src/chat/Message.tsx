import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "../a11y/announce";
import type { LlmApiCall } from "../api/types";
import { Button } from "../design/Button";
import { copyText } from "../design/clipboard";
import { Notice } from "../design/Notice";
import { LlmInfoDialog } from "../image/LlmInfoDialog";
import type { ShownMessage } from "../queries/conversations";
import { presentItem } from "../queries/quotes";
import { GeneratedImageBlock } from "../quote/GeneratedImageBlock";
import { Markdown } from "./Markdown";
import { canRejoin } from "./room";

interface MessageProps {
  message: ShownMessage;
  /** What is being done for this message right now. */
  status?: string | null;
  onRetry: (message: ShownMessage) => void;
  onEdit: (prompt: string) => void;
}

async function copy(text: string, done: string) {
  toast((await copyText(text)) ? done : "The browser did not allow copying");
}

function Ending({ message, onRetry }: Pick<MessageProps, "message" | "onRetry">) {
  const { problem, stopped } = message;
  if (!problem && !stopped) return null;
  const again = (
    <div className="pt-2">
      <Button icon="again" onClick={() => onRetry(message)}>
        {canRejoin(message) ? "Show the rest" : "Send again"}
      </Button>
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

/** The text's calls and the images' calls as they stand now, each once. */
function useCalls({ llmApiCalls = [], imageGenerations = [] }: ShownMessage) {
  const client = useQueryClient();
  return (): LlmApiCall[] => {
    const images = imageGenerations.map((item) => presentItem(client, item).llmApiCall);
    const all = [...llmApiCalls, ...images.filter((call) => call != null)];
    return [...new Map(all.map((call) => [call.id, call])).values()];
  };
}

function Answer({ message, status, onRetry, onEdit }: MessageProps) {
  const [calls, setCalls] = useState<readonly LlmApiCall[] | null>(null);
  const collect = useCalls(message);
  const items = message.imageGenerations ?? [];
  const showInfo = () => setCalls(collect());
  return (
    <div className="flex flex-col gap-3.5">
      {message.content !== "" && <Markdown text={message.content} />}
      {items.map((item) => (
        <GeneratedImageBlock
          key={item.id}
          data={item}
          onCopy={(url) => copy(url, "Image URL copied to clipboard!")}
          onGrab={(markdown) => copy(markdown, "Markdown copied to clipboard!")}
          onLlmInfo={showInfo}
          onEdit={onEdit}
        />
      ))}
      {status && <Thinking text={status} />}
      <Ending message={message} onRetry={onRetry} />
      {items.length === 0 && (message.llmApiCalls?.length ?? 0) > 0 && (
        <Button kind="bare" icon="info" className="-ml-2 self-start" onClick={showInfo}>
          LLM Info
        </Button>
      )}
      {calls && <LlmInfoDialog calls={calls} onClose={() => setCalls(null)} />}
    </div>
  );
}

export function Message(props: MessageProps) {
  if (props.message.role !== "user") return <Answer {...props} />;
  return (
    <p className="max-w-[88%] self-end rounded-[1rem_1rem_0.25rem_1rem] bg-mine px-4 py-2.5 whitespace-pre-wrap wide:max-w-[70%]">
      <span className="sr-only">You: </span>
      {props.message.content}
    </p>
  );
}
