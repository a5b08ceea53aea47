import { useState } from "react";
import { conversationLink, useConversationId, usePage } from "./chat/location";
import { Button } from "./design/Button";
import { Dialog } from "./design/Dialog";
import { cut } from "./design/format";
import { useConversations } from "./queries/conversations";

interface ConversationsProps {
  /** What the open conversation is called on this page. */
  title: string | null;
  onOpen?: () => void;
}

const ROW = "block truncate rounded-lg px-2.5 py-2 text-[0.87rem]";
const OPEN = `${ROW} bg-mat font-medium wide:bg-sheet`;

/** The conversations used last, newest first; the open one is marked. */
export function Conversations({ title, onOpen }: ConversationsProps) {
  const opened = useConversationId();
  const here = usePage() === "chat";
  const current = here ? opened : undefined;
  const { data: listed = [], error } = useConversations();
  const unlisted = here && title !== null && !listed.some(({ id }) => id === current);
  if (!unlisted && listed.length === 0) {
    return (
      <p className="px-2.5 py-2 text-[0.84rem] text-soft">
        {error ? "The conversations could not be loaded." : "No conversations yet."}
      </p>
    );
  }
  return (
    <ul className="flex min-h-0 flex-col gap-0.5 overflow-y-auto">
      {unlisted && (
        <li>
          <span aria-current="page" className={OPEN}>
            {title}
          </span>
        </li>
      )}
      {listed.map((one) => (
        <li key={one.id}>
          <a
            href={conversationLink(one.id)}
            aria-current={one.id === current ? "page" : undefined}
            onClick={onOpen}
            className={one.id === current ? OPEN : `${ROW} text-soft hover:bg-mat hover:text-ink`}
          >
            {cut(one.title || "Untitled", 60)}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** The same list where there is no rail. */
export function ConversationsButton({ title }: { title: string | null }) {
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button
        kind="bare"
        icon="list"
        aria-label="Conversations"
        aria-haspopup="dialog"
        className="size-9"
        onClick={() => setOpen(true)}
      />
      {open && (
        <Dialog title="Conversations" onClose={close}>
          <div className="-mx-2.5 mt-2">
            <Conversations title={title} onOpen={close} />
          </div>
        </Dialog>
      )}
    </>
  );
}
