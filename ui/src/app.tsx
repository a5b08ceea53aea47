import { useEffect, useState } from "react";
import { signedOut } from "./api/session";
import type { About } from "./api/types";
import { ChatTab } from "./chat/ChatTab";
import { usePage } from "./chat/location";
import type { Room } from "./chat/room";
import { useChat } from "./chat/useChat";
import { useDirectQuotes } from "./chat/useDirectQuotes";
import { Button } from "./design/Button";
import { cut } from "./design/format";
import { Notice } from "./design/Notice";
import { useStore } from "./design/store";
import { SignIn } from "./identity/SignIn";
import { OtherPage, titleOfPage } from "./OtherPage";
import { signsIn, useAbout } from "./queries/about";
import { Shell } from "./Shell";
import { Wordmark } from "./Wordmark";

const titleOf = ({ title, messages, live }: Room): string | null => {
  const words = title ?? messages.find(({ role }) => role === "user")?.content ?? live?.question;
  return words ? cut(words, 60) : null;
};

interface StudioProps {
  room: Room;
  about: About;
  placeholder: string;
}

function Studio({ room, about, placeholder }: StudioProps) {
  const page = usePage();
  const title = titleOf(room);
  const heading = page === "chat" ? title : titleOfPage(page);
  useEffect(() => {
    document.title = heading ? `${heading} · Aquatint` : "Aquatint";
  }, [heading]);
  return (
    <Shell title={title} about={about} onNew={room.startOver}>
      {page === "chat" ? (
        <ChatTab room={room} placeholder={placeholder} />
      ) : (
        <OtherPage page={page} about={about} />
      )}
    </Shell>
  );
}

function ChatStudio({ about }: { about: About }) {
  return (
    <Studio room={useChat(about)} about={about} placeholder="Describe a picture, or ask anything" />
  );
}

function DirectStudio({ about }: { about: About }) {
  return <Studio room={useDirectQuotes()} about={about} placeholder="Describe a picture" />;
}

function House({ about }: { about: About }) {
  const ended = useStore(signedOut);
  if (signsIn(about) && (ended || about.user === null)) return <SignIn about={about} />;
  return about.chat ? <ChatStudio about={about} /> : <DirectStudio about={about} />;
}

const SLOW_MS = 1000;

/** Nothing at first, for the answer comes at once as a rule; then what is being waited for. */
function Asking() {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <main className="grid min-h-dvh place-items-center px-3.5">
      <div role="status" className="flex flex-col items-center gap-3 text-center">
        {slow && (
          <>
            <Wordmark />
            <p className="appear text-soft">Waiting for the gateway to answer…</p>
          </>
        )}
      </div>
    </main>
  );
}

export function App() {
  const about = useAbout();
  if (about.data) return <House about={about.data} />;
  if (about.error) {
    return (
      <main className="mx-auto max-w-160 px-3.5 py-16">
        <Notice tone="bad" icon="warn" title={about.error.message}>
          <div className="pt-2">
            <Button icon="again" onClick={() => about.refetch()}>
              Try again
            </Button>
          </div>
        </Notice>
      </main>
    );
  }
  return <Asking />;
}
