import { type ChangeEvent, useEffect, useRef, useState } from "react";
import { announce } from "./a11y/announce";
import type { ConversationTitle } from "./api/types";
import { ConversationRow, OPEN } from "./ConversationRow";
import { useConversationId, usePage } from "./chat/location";
import { Button } from "./design/Button";
import { Icon } from "./design/Icon";
import { useConversations } from "./queries/conversationList";

interface ConversationsProps {
  /** What the open conversation is called on this page. */
  title: string | null;
  onOpen?: () => void;
}

const PAUSE_MS = 250;

/** What was typed, once the typing has paused. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function Search({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  return (
    <div className="relative">
      <Icon name="search" className="absolute top-2.5 left-2.5 size-4 text-soft" />
      <input
        type="search"
        value={text}
        aria-label="Search conversations"
        placeholder="Search"
        maxLength={200}
        onChange={(event: ChangeEvent<HTMLInputElement>) => onChange(event.target.value)}
        className="min-h-9 w-full rounded-lg border border-line bg-sheet py-1 pr-2 pl-8 text-[0.87rem] placeholder:text-soft"
      />
    </div>
  );
}

const found = (count: number): string =>
  count === 0 ? "No conversation says that" : `${count} found`;

function Nothing({ q, failed, onAgain }: { q: string; failed: boolean; onAgain: () => void }) {
  if (failed) {
    return (
      <div className="flex flex-col items-start gap-1.5 px-2.5 py-2 text-[0.84rem] text-soft">
        The conversations could not be loaded.
        <Button icon="again" onClick={onAgain}>
          Try again
        </Button>
      </div>
    );
  }
  return (
    <p className="px-2.5 py-2 text-[0.84rem] text-soft">
      {q ? `${found(0)}.` : "No conversations yet."}
    </p>
  );
}

interface ListProps {
  lines: readonly ConversationTitle[];
  /** The open conversation where the list does not have it yet. */
  unlisted: string | null;
  current: string | null;
  q: string;
  onOpen?: () => void;
}

function List({ lines, unlisted, current, q, onOpen }: ListProps) {
  return (
    <ul aria-label="Conversations" className="flex flex-col gap-0.5">
      {unlisted && (
        <li>
          <span aria-current="page" className={`block truncate px-2.5 py-2 ${OPEN}`}>
            {unlisted}
          </span>
        </li>
      )}
      {lines.map((line) => (
        <ConversationRow
          key={line.id}
          line={line}
          current={line.id === current}
          q={q}
          onOpen={onOpen}
        />
      ))}
    </ul>
  );
}

/** The conversations used last, newest first; they can be searched, renamed and deleted. */
export default function Conversations({ title, onOpen }: ConversationsProps) {
  const [text, setText] = useState("");
  const q = useSettled(text.trim());
  const opened = useConversationId();
  const here = usePage() === "chat";
  const current = here ? opened : null;
  const list = useConversations(q);
  const lines = list.data ?? [];
  const count = list.isPlaceholderData ? null : list.data?.length;
  const unlisted = here && !q && title !== null && !lines.some(({ id }) => id === current);
  const empty = lines.length === 0 && !unlisted;
  const searched = useRef("");

  useEffect(() => {
    if (q === searched.current || count == null) return;
    searched.current = q;
    if (q) announce(found(count));
  }, [q, count]);

  return (
    <div className="flex min-h-0 flex-1 flex-col gap-2">
      {(q || text || lines.length > 0) && <Search text={text} onChange={setText} />}
      <div className="-mx-1 min-h-0 flex-1 overflow-y-auto px-1 py-0.5">
        {empty && !list.isPending && (
          <Nothing q={q} failed={list.isError} onAgain={() => void list.refetch()} />
        )}
        {!empty && (
          <List
            lines={lines}
            unlisted={unlisted ? title : null}
            current={current}
            q={q}
            onOpen={onOpen}
          />
        )}
        {list.hasNextPage && (
          <Button
            kind="bare"
            icon="down"
            className="mt-1"
            disabled={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            Earlier ones
          </Button>
        )}
      </div>
    </div>
  );
}
