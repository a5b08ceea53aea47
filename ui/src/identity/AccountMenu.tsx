import { useCallback, useId, useRef, useState } from "react";
import type { User } from "../api/types";
import { type Page, pageLink } from "../chat/location";
import { Icon, type IconName } from "../design/Icon";
import { ThemeToggle } from "../design/ThemeToggle";
import { useDismiss } from "../design/useDismiss";
import { Avatar } from "./Avatar";
import { SignOut } from "./SignOut";

const ROW =
  "flex min-h-9 w-full items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-left text-[0.87rem] hover:bg-mat";

interface PlaceProps {
  page: Page;
  icon: IconName;
  name: string;
  onOpen: () => void;
}

function Place({ page, icon, name, onOpen }: PlaceProps) {
  return (
    <a href={pageLink(page)} onClick={onOpen} className={ROW}>
      <Icon name={icon} className="size-4 text-soft" />
      {name}
    </a>
  );
}

interface AccountMenuProps {
  user: User;
  /** Only the letters, for the top bar, where the menu opens downwards. */
  small?: boolean;
}

/** Who is signed in, and what is theirs. */
export function AccountMenu({ user, small = false }: AccountMenuProps) {
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const whole = useRef<HTMLDivElement>(null);
  const panel = useId();
  useDismiss(whole, open, close);
  const name = user.name || user.email || "You";
  const place = small ? "right-0 top-full mt-2 w-64" : "inset-x-0 bottom-full mb-2";
  return (
    <div ref={whole} className="relative">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={open ? panel : undefined}
        onClick={() => setOpen(!open)}
        className={
          small
            ? "ml-1 block rounded-full"
            : "flex w-full items-center gap-2.5 rounded-xl p-1.5 text-left hover:bg-sheet"
        }
      >
        <Avatar name={name} />
        <span className="sr-only">Account: </span>
        <span className={small ? "sr-only" : "min-w-0 flex-1 truncate text-[0.87rem] font-medium"}>
          {name}
        </span>
        {!small && <Icon name="chevron" className="mr-1 size-3.5 -rotate-90 text-soft" />}
      </button>
      {open && (
        <section
          id={panel}
          aria-label="Account"
          className={`absolute z-30 rounded-xl border border-line bg-sheet p-1.5 shadow-lift ${place}`}
        >
          <div className="mb-1.5 border-b border-line px-2.5 pt-1 pb-2.5 text-[0.84rem]">
            <p className="font-semibold">{name}</p>
            {user.email && user.email !== name && <p className="text-soft">{user.email}</p>}
            {user.operator && <p className="text-soft">Operator of this gateway</p>}
          </div>
          <Place page="keys" icon="key" name="API keys" onOpen={close} />
          {user.operator && <Place page="users" icon="people" name="Users" onOpen={close} />}
          {small && (
            <div className="flex px-0.5">
              <ThemeToggle />
            </div>
          )}
          <SignOut row={ROW} />
        </section>
      )}
    </div>
  );
}
