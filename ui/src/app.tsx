import { useEffect } from "react";
import type { About } from "./api/types";
import { ChatTab } from "./chat/ChatTab";
import type { Room } from "./chat/room";
import { useChat } from "./chat/useChat";
import { useDirectQuotes } from "./chat/useDirectQuotes";
import { Button } from "./design/Button";
import { cut } from "./design/format";
import { Notice } from "./design/Notice";
import { useAbout } from "./queries/about";
import { Shell } from "./Shell";

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
  const title = titleOf(room);
  useEffect(() => {
    document.title = title ? `${title} · Aquatint` : "Aquatint";
  }, [title]);
  return (
    <Shell title={title} chat={about.chat} demo={about.demo} onNew={room.startOver}>
      <ChatTab room={room} placeholder={placeholder} />
    </Shell>
  );
}

function ChatStudio({ about }: { about: About }) {
  return (
    <Studio room={useChat()} about={about} placeholder="Describe a picture, or ask anything" />
  );
}

function DirectStudio({ about }: { about: About }) {
  return <Studio room={useDirectQuotes()} about={about} placeholder="Describe a picture" />;
}

export function App() {
  const about = useAbout();
  if (about.data) {
    return about.data.chat ? (
      <ChatStudio about={about.data} />
    ) : (
      <DirectStudio about={about.data} />
    );
  }
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
  return null;
}
