import type { ReactNode } from "react";
import { LiveRegion } from "./a11y/LiveRegion";
import type { About } from "./api/types";
import { Conversations, ConversationsButton } from "./Conversations";
import { DemoBanner } from "./DemoBanner";
import { Button } from "./design/Button";
import { ThemeToggle } from "./design/ThemeToggle";
import { AccountMenu } from "./identity/AccountMenu";
import { Meter, MeterChip } from "./Meter";
import { signsIn } from "./queries/about";
import { Wordmark } from "./Wordmark";

interface ShellProps {
  title: string | null;
  about: About;
  onNew: () => void;
  children: ReactNode;
}

/** The frame around every room: a rail where there is space, a bar where there is not. */
export function Shell({ title, about, onNew, children }: ShellProps) {
  // Conversations are kept by the gateway; without a model there is only this room.
  const { chat, demo } = about;
  const user = signsIn(about) ? about.user : null;
  return (
    <div className="min-h-dvh wide:grid wide:grid-cols-[15.5rem_minmax(0,1fr)]">
      <nav
        aria-label="Studio"
        className="sticky top-0 hidden h-dvh flex-col gap-1 border-r border-line bg-rail p-3.5 wide:flex"
      >
        <div className="mx-2 mt-1 mb-5">
          <Wordmark />
        </div>
        <Button icon="plus" className="justify-start bg-sheet" onClick={onNew}>
          New chat
        </Button>
        {chat ? (
          <div className="mt-2 flex min-h-0 flex-col">
            <Conversations title={title} />
          </div>
        ) : title ? (
          <p
            aria-current="page"
            className="mt-2 truncate rounded-lg bg-sheet px-2.5 py-2 text-[0.87rem] shadow-sheet"
          >
            {title}
          </p>
        ) : null}
        <div className="mt-auto flex flex-col gap-2">
          <div className="self-start">
            <ThemeToggle />
          </div>
          <Meter />
          {user && <AccountMenu user={user} />}
        </div>
      </nav>
      <div className="flex min-h-dvh min-w-0 flex-col">
        <header className="flex items-center gap-1 border-b border-line px-3.5 py-2 wide:hidden">
          <Wordmark />
          <span className="ml-auto" />
          <MeterChip />
          {chat && <ConversationsButton title={title} />}
          {!user && <ThemeToggle wordless />}
          <Button
            kind="bare"
            icon="plus"
            aria-label="New chat"
            className="size-9"
            onClick={onNew}
          />
          {user && <AccountMenu user={user} small />}
        </header>
        {demo && <DemoBanner />}
        <main className="mx-auto flex w-full max-w-220 flex-1 flex-col px-3.5 wide:px-6">
          {children}
        </main>
      </div>
      <LiveRegion />
    </div>
  );
}
