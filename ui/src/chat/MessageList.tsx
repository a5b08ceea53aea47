import { memo } from "react";
import { Button } from "../design/Button";
import type { ShownMessage } from "../queries/conversations";
import { Message } from "./Message";
import { statusLine } from "./reducer";
import { type Live, messagesOf } from "./room";
import { useStayAtEnd } from "./useStayAtEnd";

interface MessageListProps {
  messages: readonly ShownMessage[];
  live: Live | null;
  onRetry: (message: ShownMessage) => void;
  onEdit: (prompt: string) => void;
  onResend?: (message: ShownMessage, text: string) => void;
}

const Said = memo(Message);

/** What the message at `index` answers: the words before it. */
function questionOf(all: readonly ShownMessage[], index: number): string | undefined {
  const before = all[index - 1];
  return before?.role === "user" ? before.content : undefined;
}

export default function MessageList({
  messages,
  live,
  onRetry,
  onEdit,
  onResend,
}: MessageListProps) {
  const { away, toEnd } = useStayAtEnd(messages.length, live);
  const all = live ? [...messages, ...messagesOf(live)] : messages;
  const status = live && statusLine(live.turn);
  return (
    <>
      <div
        role="log"
        aria-live="off"
        aria-label="Conversation"
        className="flex flex-1 flex-col gap-6 py-7"
      >
        {all.map((message, index) => (
          <Said
            key={message.id}
            message={message}
            question={questionOf(all, index)}
            status={index === all.length - 1 ? status : null}
            onRetry={onRetry}
            onEdit={onEdit}
            onResend={live ? undefined : onResend}
          />
        ))}
      </div>
      {away && (
        <div className="sticky bottom-34 z-10 flex h-0 items-end justify-end pr-2 wide:bottom-44">
          <Button
            icon="down"
            aria-label="To the latest message"
            className="size-10 rounded-full bg-sheet p-0 shadow-sheet"
            onClick={toEnd}
          />
        </div>
      )}
    </>
  );
}
