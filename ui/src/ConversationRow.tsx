import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { toast } from "./a11y/announce";
import { offerUndo } from "./a11y/undo";
import type { ConversationTitle } from "./api/types";
import { conversationLink, openConversation } from "./chat/location";
import { cut } from "./design/format";
import { Icon } from "./design/Icon";
import { useRemove, useRename, useRestore } from "./queries/conversationList";

export const OPEN =
  "rounded-lg bg-mat text-[0.87rem] font-medium wide:bg-sheet wide:shadow-sheet forced-colors:outline-1";
const OTHER =
  "rounded-lg text-[0.87rem] text-soft hover:bg-mat hover:text-ink focus-within:bg-mat focus-within:text-ink";

/** Above the end of the title while somebody points there; beside it where nobody can point. */
const ACTIONS =
  "flex rounded-lg bg-inherit pointer-fine:absolute pointer-fine:top-0.5 pointer-fine:right-0.5 pointer-fine:opacity-0 pointer-fine:group-hover:opacity-100 pointer-fine:group-focus-within:opacity-100";
const ACTION = "grid size-8 place-items-center rounded-lg text-soft hover:text-ink";

const LONGEST = 120;

const nameOf = ({ title }: ConversationTitle): string => title || "Untitled";

/** The row may be gone before its answer is here: it tells by itself. */
const tell = ({ message }: Error) => toast(message);

interface Line {
  line: ConversationTitle;
}

function Rename({ line, onDone }: Line & { onDone: () => void }) {
  const [title, setTitle] = useState(nameOf(line));
  const rename = useRename();
  const over = useRef(false);
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);

  const end = (keep: boolean) => {
    if (over.current) return;
    over.current = true;
    const words = title.trim();
    if (keep && words !== "" && words !== line.title) {
      rename.mutateAsync({ id: line.id, title: words }).catch(tell);
    }
    onDone();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.nativeEvent.isComposing) end(true);
    if (event.key !== "Escape") return;
    event.preventDefault(); // the drawer around it stays open
    end(false);
  };
  return (
    <input
      ref={field}
      value={title}
      maxLength={LONGEST}
      aria-label="New name"
      onChange={(event) => setTitle(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => end(true)}
      className="min-h-9 w-full rounded-lg border border-edge bg-sheet px-2.5 text-[0.87rem]"
    />
  );
}

/** A piece of what was said, with what was searched for marked in it. */
function Match({ text, q }: { text: string; q: string }) {
  const at = q === "" ? -1 : text.toLowerCase().indexOf(q.toLowerCase());
  return (
    <span className="line-clamp-2 text-[0.78rem] font-normal text-soft">
      {at === -1 ? (
        text
      ) : (
        <>
          {text.slice(0, at)}
          <mark className="rounded-xs bg-copper-wash text-ink">
            {text.slice(at, at + q.length)}
          </mark>
          {text.slice(at + q.length)}
        </>
      )}
    </span>
  );
}

/** Deletes, leaves the conversation where it is open, and offers to bring it all back. */
function useDelete({ line, current }: Line & { current: boolean }) {
  const remove = useRemove();
  const restore = useRestore();
  const bringBack = async () => {
    await restore.mutateAsync(line.id);
    if (current) openConversation(line.id);
  };
  const away = async () => {
    if (current) openConversation(null);
    await remove.mutateAsync(line.id);
    offerUndo(`Deleted “${cut(nameOf(line), 40)}”`, () => void bringBack().catch(tell));
  };
  return () => void away().catch(tell);
}

interface RowProps extends Line {
  current: boolean;
  q: string;
  onOpen?: () => void;
}

/** The row after this one, or before it, has the focus when this one is gone. */
function focusNext(row: HTMLElement | null): void {
  const next = row?.nextElementSibling ?? row?.previousElementSibling;
  next?.querySelector("a")?.focus();
}

export function ConversationRow({ line, current, q, onOpen }: RowProps) {
  const [renaming, setRenaming] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  const remove = useDelete({ line, current });
  const name = nameOf(line);
  if (renaming) {
    const done = () => {
      setRenaming(false);
      requestAnimationFrame(() => row.current?.querySelector("a")?.focus());
    };
    return (
      <li ref={row}>
        <Rename line={line} onDone={done} />
      </li>
    );
  }
  return (
    <li ref={row} className={`group relative flex items-center ${current ? OPEN : OTHER}`}>
      <a
        href={conversationLink(line.id)}
        aria-current={current ? "page" : undefined}
        onClick={onOpen}
        className="min-w-0 flex-1 rounded-lg py-2 pl-2.5"
      >
        <span className="block truncate">{cut(name, 60)}</span>
        {line.match && <Match text={line.match} q={q} />}
      </a>
      <div className={ACTIONS}>
        <button
          type="button"
          aria-label={`Rename ${name}`}
          title="Rename"
          onClick={() => setRenaming(true)}
          className={ACTION}
        >
          <Icon name="edit" />
        </button>
        <button
          type="button"
          aria-label={`Delete ${name}`}
          title="Delete"
          onClick={() => {
            focusNext(row.current);
            remove();
          }}
          className={ACTION}
        >
          <Icon name="trash" />
        </button>
      </div>
    </li>
  );
}
