import { Suspense, useCallback, useEffect, useRef } from "react";
import { reachable } from "../api/reach";
import { Notice } from "../design/Notice";
import { useStore } from "../design/store";
import { part } from "../part";
import type { ShownMessage } from "../queries/conversations";
import { Composer } from "./Composer";
import { draft } from "./draft";
import type { Room } from "./room";
import { Welcome } from "./Welcome";

const loadList = () => import("./MessageList");
const MessageList = part(loadList);

interface ChatTabProps {
  room: Room;
  placeholder: string;
}

/** Always the newest `run`, behind a function that never changes. */
function useSteady<Arguments extends unknown[]>(run: ((...all: Arguments) => void) | undefined) {
  const latest = useRef(run);
  latest.current = run;
  return useCallback((...all: Arguments) => latest.current?.(...all), []);
}

function Messages({ room, onEdit }: { room: Room; onEdit: (prompt: string) => void }) {
  const retry = useSteady<[ShownMessage]>(room.retry);
  const resend = useSteady<[ShownMessage, string]>(room.resend);
  const away = !useStore(reachable);
  const empty = room.messages.length === 0 && room.live === null;
  if (room.problem && empty) {
    return (
      <div className="flex-1 py-7">
        <Notice tone="bad" icon="warn" title={room.problem.message} />
      </div>
    );
  }
  if (room.loading) return <Waiting />;
  if (empty) return <Welcome onPick={away ? onEdit : room.send} />;
  return (
    <>
      <h1 className="sr-only">Conversation</h1>
      <Suspense fallback={<Waiting />}>
        <MessageList
          messages={room.messages}
          live={room.live}
          onRetry={retry}
          onEdit={onEdit}
          onResend={room.resend && resend}
        />
      </Suspense>
    </>
  );
}

/** A conversation that is on its way: its shape, and nothing that moves. */
function Waiting() {
  return (
    <div aria-hidden="true" className="flex flex-1 flex-col gap-6 py-7">
      <div className="h-11 w-2/5 self-end rounded-2xl bg-mine opacity-60" />
      <div className="h-5 w-4/5 rounded-lg bg-mat" />
      <div className="h-5 w-3/5 rounded-lg bg-mat" />
    </div>
  );
}

export function ChatTab({ room, placeholder }: ChatTabProps) {
  const text = useStore(draft);
  const field = useRef<HTMLTextAreaElement>(null);
  const edit = useCallback((prompt: string) => {
    draft.set(prompt);
    field.current?.focus();
  }, []);

  // What shows messages is not needed for the first paint, but with the first message.
  useEffect(() => void loadList().catch(() => undefined), []);

  return (
    <>
      <Messages room={room} onEdit={edit} />
      <Composer
        field={field}
        text={text}
        placeholder={placeholder}
        busy={room.live !== null}
        onChange={draft.set}
        onSend={(words) => {
          draft.set("");
          room.send(words);
        }}
        onStop={room.stop}
      />
    </>
  );
}
