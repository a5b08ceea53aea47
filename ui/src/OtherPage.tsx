import { Suspense } from "react";
import type { About } from "./api/types";
import { conversationLink, type Page, useConversationId } from "./chat/location";
import { Icon } from "./design/Icon";
import { Notice } from "./design/Notice";
import { part } from "./part";

const KeysPage = part(() => import("./keys/KeysPage"));
const UsersPage = part(() => import("./users/UsersPage"));
const UsagePage = part(() => import("./usage/UsagePage"));
const ProvidersPage = part(() => import("./providers/ProvidersPage"));
const WaitingPage = part(() => import("./waiting/WaitingPage"));
const SettingsPage = part(() => import("./settings/SettingsPage"));

const TITLES = {
  waiting: "Waiting quotes",
  usage: "Usage",
  providers: "Providers",
  settings: "Settings",
  keys: "API keys",
  users: "Users",
} as const;

type Other = Exclude<Page, "chat">;

export const titleOfPage = (page: Other): string => TITLES[page];

interface ContentProps {
  page: Other;
  about: About;
}

function Content({ page, about }: ContentProps) {
  switch (page) {
    case "waiting":
      return <WaitingPage />;
    case "usage":
      return <UsagePage />;
    case "providers":
      return <ProvidersPage />;
    case "settings":
      return <SettingsPage about={about} />;
    default:
      return <SignedIn page={page} about={about} />;
  }
}

/** Pages that mean something only where people sign in. */
function SignedIn({ page, about: { auth, user } }: ContentProps) {
  if (!auth || auth.mode === "none") {
    return (
      <Notice tone="plain" icon="info" title="Sign-in is off in this house">
        Whoever can open this studio is its one user, so there are no keys and no users.
      </Notice>
    );
  }
  if (page === "keys") return <KeysPage />;
  if (user?.operator) return <UsersPage />;
  return (
    <Notice tone="plain" icon="hand" title="Only operators may see this">
      Operators are named in the gateway's settings.
    </Notice>
  );
}

/** What is not the conversation, each loaded when it is first opened. */
export function OtherPage({ page, about }: ContentProps) {
  const back = conversationLink(useConversationId());
  return (
    <div className="flex flex-col gap-6 py-7">
      <div className="flex flex-col gap-2">
        <a
          href={back}
          className="-ml-1 flex min-h-8 items-center gap-1 self-start rounded-lg px-1 text-[0.84rem] font-medium text-soft hover:text-ink"
        >
          <Icon name="chevron" className="size-3.5 rotate-180" />
          Back to the studio
        </a>
        <h1 className="font-serif text-[clamp(1.6rem,4vw,2.1rem)] leading-tight font-semibold">
          {titleOfPage(page)}
        </h1>
      </div>
      <Suspense fallback={null}>
        <Content page={page} about={about} />
      </Suspense>
    </div>
  );
}
