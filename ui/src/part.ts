import { type ComponentType, lazy } from "react";
import { send } from "./api/client";
import { recall, remember, session } from "./design/storage";

const RELOADED = "aquatint.reloaded";
const ASK_EVERY = 4000;

type Loaded<P> = { default: ComponentType<P> };

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Whether a reload would find this page again. */
const pageAnswers = () =>
  fetch(document.baseURI, { cache: "no-store" }).then(
    ({ ok }) => ok,
    () => false,
  );

/** Until there is a page to reload; nothing waits here for ever but what nobody can show. */
async function whenItAnswers(): Promise<void> {
  void send("/healthz").catch(() => undefined); // `send` notes whether the gateway is away
  while (!(await pageAnswers())) await pause(ASK_EVERY);
}

/**
 * The part again once the house answers. If it is not there then, the studio was replaced while
 * this page was open: the page is loaded anew, once for each version, and its draft is kept.
 */
async function again<P>(load: () => Promise<Loaded<P>>, version: string): Promise<Loaded<P>> {
  await whenItAnswers();
  try {
    return await load();
  } catch {
    if (recall(session, RELOADED) === version) {
      throw new Error("A part of the studio is missing at its host, also after a reload.");
    }
    remember(session, RELOADED, version);
    window.location.reload();
    return await new Promise<never>(() => {});
  }
}

/** A part of the studio that is fetched when it is first needed. */
export const part = <P>(load: () => Promise<Loaded<P>>, version: string = import.meta.url) =>
  lazy(() => load().catch(() => again(load, version)));
