import { useEffect } from "react";
import { apiUrl } from "../api/client";
import { signedOut } from "../api/session";
import type { About } from "../api/types";
import { draft } from "../chat/draft";
import { DemoBanner } from "../DemoBanner";
import { look } from "../design/Button";
import { Icon } from "../design/Icon";
import { Notice } from "../design/Notice";
import { useStore } from "../design/store";
import { ThemeToggle } from "../design/ThemeToggle";
import { Wordmark } from "../Wordmark";
import { rememberPlace, signInError } from "./arrival";
import { Print } from "./Print";
import { explain } from "./words";

/** Where the gateway sends the browser afterwards: a path of its own, or this other host's page. */
function signInLink(path: string, reason: string | null): string {
  const { origin, pathname } = window.location;
  const url = new URL(apiUrl(path));
  url.searchParams.set("returnTo", url.origin === origin ? pathname : origin + pathname);
  // Else the provider may send the person back with the same account, and no word.
  if (reason === "not_allowed") url.searchParams.set("anew", "true");
  return url.href;
}

function Why({ provider, reason }: { provider: string; reason: string | null }) {
  const ended = useStore(signedOut);
  const writing = useStore(draft) !== "";
  if (reason !== null) {
    const { title, text } = explain(reason, provider);
    return (
      <div role="alert">
        <Notice tone="bad" icon="warn" title={title}>
          {text}
        </Notice>
      </div>
    );
  }
  if (!ended) return null;
  return (
    <div role="status">
      <Notice tone="plain" icon="clock" title="Your session has ended">
        Sign in again and you are back where you were.
        {writing && " What you had written is kept."}
      </Notice>
    </div>
  );
}

/** The door: what this house is, who may come in, and one way to do it. */
export function SignIn({ about: { auth, demo } }: { about: About }) {
  const provider = auth?.label || "your identity provider";
  const reason = useStore(signInError);
  useEffect(() => {
    document.title = "Sign in · Aquatint";
  }, []);
  return (
    <div className="flex min-h-dvh flex-col">
      {demo && <DemoBanner />}
      <main className="grid flex-1 grid-rows-[auto_1fr] wide:grid-cols-[minmax(0,1.1fr)_minmax(0,1fr)] wide:grid-rows-1">
        <div className="grid place-items-center bg-rail p-4 wide:border-r wide:border-line wide:p-10">
          <Print className="plate h-48 w-full! wide:aspect-[4/5]! wide:h-auto wide:w-[min(100%,26rem)]!" />
        </div>
        <div className="flex flex-col px-5 py-6 wide:px-12 wide:py-8">
          <div className="flex items-center justify-between">
            <Wordmark />
            <ThemeToggle wordless />
          </div>
          <div className="flex w-full max-w-md flex-1 flex-col justify-center gap-6 py-8">
            <div className="flex flex-col gap-3">
              <h1 className="font-serif text-[clamp(1.8rem,4.5vw,2.5rem)] leading-[1.15] font-semibold text-balance">
                Describe a picture. See its price. Then decide.
              </h1>
              <p className="text-pretty text-soft">
                Aquatint asks image models for pictures on your behalf. You read the price, press
                it, and get exactly one picture for it.
              </p>
            </div>
            <Why provider={provider} reason={reason} />
            <a
              href={signInLink(auth?.signIn ?? "/auth/login", reason)}
              onClick={rememberPlace}
              className={`${look("pay")} w-full`}
            >
              <Icon name="key" className="size-[1.15rem]" />
              Sign in with {provider}
            </a>
            <p className="border-t border-line pt-4 text-[0.84rem] text-soft">
              Only people admitted by whoever runs this studio may come in. It learns your name and
              e-mail address from {provider}, and never your password.
            </p>
          </div>
        </div>
      </main>
    </div>
  );
}
