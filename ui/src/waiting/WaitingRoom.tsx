import { useEffect, useRef } from "react";
import { announce } from "../a11y/announce";
import { asProblem } from "../api/problems";
import type { Asked } from "../api/types";
import { draft } from "../chat/draft";
import { conversationLink, useConversationId } from "../chat/location";
import { Button } from "../design/Button";
import { away } from "../design/format";
import { Notice } from "../design/Notice";
import { useQuote } from "../queries/quotes";
import { useWaiting } from "../queries/waiting";
import { ImageGenerations } from "../quote/ImageGenerations";
import { askerOf } from "./asker";
import { waitingLink } from "./link";

/** Who asked for a quote; still told once it is confirmed and waits no more. */
function useAsked(id: string): Asked | null {
  const told = useRef<Asked | null>(null);
  const { data } = useWaiting();
  told.current = data?.find((item) => item.id === id)?.asked ?? told.current;
  return told.current;
}

function Who({ asked }: { asked: Asked }) {
  return (
    <p className="max-w-[62ch]">
      Asked by <b className="font-semibold">{askerOf(asked)}</b> {away(asked.at)}.{" "}
      <span className="text-soft">{asked.reason}.</span>
    </p>
  );
}

function Absent({ error, onAgain }: { error: Error; onAgain: () => void }) {
  if (asProblem(error).status === 404) {
    return (
      <Notice tone="plain" icon="info" title="There is no such quote of yours">
        It may be somebody else's, or the link was cut short. Nothing was bought.
      </Notice>
    );
  }
  return (
    <Notice tone="bad" icon="warn" title={error.message}>
      <Button icon="again" className="mt-2 bg-sheet" onClick={onAgain}>
        Try again
      </Button>
    </Notice>
  );
}

function Expired() {
  useEffect(() => announce("This price has expired"), []);
  return (
    <Notice tone="plain" icon="clock" title="This price has expired">
      Nothing was bought. Whoever asked can ask again, at the price of that moment.
    </Notice>
  );
}

function Others({ id }: { id: string }) {
  const others = useWaiting().data?.filter((item) => item.id !== id).length ?? 0;
  if (others === 0) return null;
  return (
    <a href={waitingLink(null)} className="self-start text-[0.87rem] underline">
      {others === 1 ? "One more quote waits" : `${others} more quotes wait`}
    </a>
  );
}

/** One quote that waits for its owner's word, on the card that every quote has. */
export function WaitingRoom({ id }: { id: string }) {
  const quote = useQuote(id);
  const asked = useAsked(id);
  const chat = conversationLink(useConversationId());
  const edit = (prompt: string) => {
    draft.set(prompt);
    window.location.hash = chat;
  };
  const { data: item, error } = quote;
  if (!item) return error && <Absent error={error} onAgain={() => void quote.refetch()} />;
  return (
    <>
      {asked && <Who asked={asked} />}
      {item.status === "expired" ? (
        <Expired />
      ) : (
        <ImageGenerations items={[item]} calls={[]} onEdit={edit} fixed />
      )}
      <Others id={id} />
    </>
  );
}
