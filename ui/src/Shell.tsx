import { type ReactNode, Suspense, useState } from "react";
import { LiveRegion } from "./a11y/LiveRegion";
import { Offline } from "./a11y/Offline";
import { UndoToast } from "./a11y/UndoToast";
import type { About } from "./api/types";
import { DemoBanner } from "./DemoBanner";
import { Button } from "./design/Button";
import { ThemeToggle } from "./design/ThemeToggle";
import { AccountMenu } from "./identity/AccountMenu";
import { Meter, MeterChip } from "./Meter";
import { part } from "./part";
import { signsIn } from "./queries/about";
import { Rail } from "./Rail";
import { Wordmark } from "./Wordmark";

const Drawer = part(() => import("./Drawer"));

interface ShellProps {
  title: string | null;
  about: About;
  onNew: () => void;
  children: ReactNode;
}

/** The frame around every room: a rail where there is space, a bar and a drawer where there is not. */
export function Shell({ title, about, onNew, children }: ShellProps) {
  const [drawn, setDrawn] = useState(false);
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
        <Rail title={title} about={about} onNew={onNew} />
        <div className="mt-1 flex flex-col gap-2">
          <div className="self-start">
            <ThemeToggle />
          </div>
          <Meter />
          {user && <AccountMenu user={user} />}
        </div>
      </nav>
      <div className="flex min-h-dvh min-w-0 flex-col">
        <header className="flex items-center gap-1 border-b border-line px-3.5 py-2 wide:hidden">
          <Button
            kind="bare"
            icon="menu"
            aria-label="Menu"
            aria-haspopup="dialog"
            className="-ml-2 size-9"
            onClick={() => setDrawn(true)}
          />
          <Wordmark />
          <span className="ml-auto" />
          <MeterChip />
          <Button
            kind="bare"
            icon="plus"
            aria-label="New chat"
            className="size-9"
            onClick={onNew}
          />
          {user && <AccountMenu user={user} small />}
        </header>
        <Offline />
        {about.demo && <DemoBanner />}
        <main className="mx-auto flex w-full max-w-220 flex-1 flex-col px-3.5 wide:px-6">
          {children}
        </main>
      </div>
      {drawn ? (
        <Suspense>
          <Drawer title={title} about={about} onNew={onNew} onClose={() => setDrawn(false)} />
        </Suspense>
      ) : (
        <>
          <LiveRegion />
          <UndoToast />
        </>
      )}
    </div>
  );
}
