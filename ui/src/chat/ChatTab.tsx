import { useCallback, useRef } from "react";
import { Notice } from "../design/Notice";
import { useStore } from "../design/store";
import type { ShownMessage } from "../queries/conversations";
import { Composer } from "./Composer";
import { draft } from "./draft";
import { MessageList } from "./MessageList";
import type { Room } from "./room";
import { Welcome } from "./Welcome";

interface ChatTabProps {
  room: Room;
  placeholder: string;
}

/** Always the newest `run`, behind a function that never changes. */
function useSteady<Argument>(run: (argument: Argument) => void) {
  const latest = useRef(run);
  latest.current = run;
  return useCallback((argument: Argument) => latest.current(argument), []);
}

function Messages({ room, onEdit }: { room: Room; onEdit: (prompt: string) => void }) {
  const retry = useSteady<ShownMessage>(room.retry);
  const empty = room.messages.length === 0 && room.live === null;
  if (room.problem && empty) {
    return (
      <div className="flex-1 py-7">
        <Notice tone="bad" icon="warn" title={room.problem.message} />
      </div>
    );
  }
  if (room.loading) return <div className="flex-1" />;
  if (empty) return <Welcome onPick={room.send} />;
  return (
    <>
      <h1 className="sr-only">Conversation</h1>
      <MessageList messages={room.messages} live={room.live} onRetry={retry} onEdit={onEdit} />
    </>
  );
}

export function ChatTab({ room, placeholder }: ChatTabProps) {
  const text = useStore(draft);
  const field = useRef<HTMLTextAreaElement>(null);
  const edit = useCallback((prompt: string) => {
    draft.set(prompt);
    field.current?.focus();
  }, []);
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
