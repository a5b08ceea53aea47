import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { signedOut, token } from "../api/session";
import { App } from "../app";
import { draft } from "../chat/draft";
import { openConversation } from "../chat/location";
import { json, playGateway } from "../testing/gateway";
import { ADA, aHouse } from "../testing/people";
import { show } from "../testing/render";
import { signInError } from "./arrival";
import { startAfresh } from "./person";

vi.mock(import("./person"), async (original) => ({ ...(await original()), startAfresh: vi.fn() }));

const usage = () =>
  json({
    today: { spent: 0, held: 0, images: 0 },
    limits: { imagesPerHour: null, imagesPerDay: null, dailyCost: null },
    remaining: { cost: null, imagesThisHour: null, imagesToday: null },
  });

const house = {
  "GET /api/about": () => json(aHouse()),
  "GET /api/usage": usage,
  "GET /api/quotes": () => json([]),
  "GET /api/conversations": () => json([]),
  "GET /api/catalog/examples": () => json([]),
};

const refused = () => json({ title: "Unauthorized", code: "unauthenticated" }, 401);
const door = { "GET /api/about": () => json(aHouse({ user: null })) };
const doorLink = () => screen.findByRole("link", { name: "Sign in with Google" });
const composer = () => screen.findByRole<HTMLTextAreaElement>("textbox", { name: "Message" });

/** As when the person comes back to this tab. */
const comeBack = () => fireEvent(window, new Event("visibilitychange"));

beforeEach(() => {
  openConversation(null);
  signedOut.set(false);
  signInError.set(null);
  token.set(null);
  draft.set("");
});
afterEach(() => void vi.unstubAllEnvs());

describe("the door", () => {
  it("says what this is and with whom one signs in, and asks for nothing else", async () => {
    const gateway = playGateway(door);
    show(<App />, { region: false });
    const link = await doorLink();
    expect(link.getAttribute("href")).toBe("http://localhost:3000/auth/login?returnTo=%2F");
    expect(screen.getByRole("heading", { level: 1 }).textContent).toContain("See its price");
    expect(screen.getByText(/Only people admitted/)).toBeTruthy();
    expect(gateway.seen.map(({ path }) => path)).toEqual(["/api/about"]);
    expect(document.title).toBe("Sign in · Aquatint");
  });

  it("stays open where sign-in is off", async () => {
    const auth = { mode: "none" as const, signIn: null, label: null };
    playGateway({ ...house, "GET /api/about": () => json(aHouse({ auth })) });
    show(<App />, { region: false });
    expect(await composer()).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Account/ })).toBeNull();
  });

  it.each([
    ["not_allowed", /may not come in/],
    ["expired", /no longer good/],
    ["unavailable", /Google does not answer/],
    ["cancelled", /called off/],
    ["failed", /did not succeed/],
    ["news to this studio", /did not succeed/],
  ])("explains %s in plain words", async (reason, words) => {
    signInError.set(reason);
    playGateway(door);
    show(<App />, { region: false });
    expect((await screen.findByRole("alert")).textContent).toMatch(words);
  });

  it("has the provider ask again for an account once one was turned away", async () => {
    signInError.set("not_allowed");
    playGateway(door);
    show(<App />, { region: false });
    expect((await doorLink()).getAttribute("href")).toBe(
      "http://localhost:3000/auth/login?returnTo=%2F&anew=true",
    );
  });

  it("remembers the place that is left", async () => {
    window.location.hash = "#/keys";
    playGateway(door);
    show(<App />, { region: false });
    const link = await doorLink();
    link.addEventListener("click", (event) => event.preventDefault());
    fireEvent.click(link);
    expect(sessionStorage.getItem("aquatint.back")).toBe('"#/keys"');
  });

  it("sends a studio on another host back to itself", async () => {
    vi.stubEnv("VITE_API_BASE", "https://gateway.example/");
    playGateway(door);
    show(<App />, { region: false });
    expect((await doorLink()).getAttribute("href")).toBe(
      `https://gateway.example/auth/login?returnTo=${encodeURIComponent("http://localhost:3000/")}`,
    );
  });
});

describe("a session that ends", () => {
  it("gives back what was sent and never heard, once somebody has signed in again", async () => {
    let signedIn = true;
    playGateway({
      ...house,
      "GET /api/about": () => json(aHouse(signedIn ? {} : { user: null })),
      "POST /chat": () => {
        signedIn = false;
        return refused();
      },
    });
    const { user } = show(<App />, { region: false });
    await user.type(await composer(), "A sunset{Enter}");
    expect(await screen.findByText("Your session has ended")).toBeTruthy();
    expect(await screen.findByText(/What you had written is kept/)).toBeTruthy();
    expect(screen.queryByRole("textbox")).toBeNull();

    signedIn = true;
    comeBack();
    expect((await composer()).value).toBe("A sunset");
    expect(screen.queryByText("Your session has ended")).toBeNull();
  });

  it("keeps a half-written sentence, whatever noticed the end", async () => {
    let over = false;
    playGateway({ ...house, "GET /api/usage": () => (over ? refused() : usage()) });
    const { user, client } = show(<App />, { region: false });
    await user.type(await composer(), "A sun");
    over = true;
    await client.invalidateQueries({ queryKey: ["usage"] });
    expect(await doorLink()).toBeTruthy();
    expect(sessionStorage.getItem("aquatint.draft")).toBe('"A sun"');
  });

  it("gives a prompt back where there is no chat model", async () => {
    playGateway({
      ...house,
      "GET /api/about": () => json(aHouse({ chat: false })),
      "POST /api/quotes": refused,
    });
    const { user } = show(<App />, { region: false });
    await user.type(await composer(), "A lighthouse{Enter}");
    await doorLink();
    await waitFor(() => expect(draft.get()).toBe("A lighthouse"));
  });

  it("is noticed when somebody signs out in another tab", async () => {
    let signedIn = true;
    playGateway({
      ...house,
      "GET /api/about": () => json(aHouse(signedIn ? {} : { user: null })),
    });
    show(<App />, { region: false });
    await composer();
    signedIn = false;
    comeBack();
    expect(await doorLink()).toBeTruthy();
  });

  it("leaves nothing to the next person of this browser", async () => {
    localStorage.setItem("aquatint.who", '"usr_ben"');
    playGateway(house);
    show(<App />, { region: false });
    await composer();
    expect(startAfresh).toHaveBeenCalledOnce();
    expect(localStorage.getItem("aquatint.who")).toBe('"usr_ada"');
  });
});

describe("a token instead of a cookie", () => {
  it("goes with every request, and away when it is over", async () => {
    token.set({ token: "aqs_1", expiresAt: null });
    const answers = [refused(), json(aHouse({ user: null }))];
    const gateway = playGateway({ "GET /api/about": () => answers.shift() ?? refused() });
    show(<App />, { region: false });
    await doorLink();
    expect(gateway.seen.map(({ headers }) => headers.get("Authorization"))).toEqual([
      "Bearer aqs_1",
      null,
    ]);
    expect(sessionStorage.getItem("aquatint.token")).toBeNull();
  });

  it("goes with streams too", async () => {
    token.set({ token: "aqs_1", expiresAt: null });
    const gateway = playGateway({ ...house, "POST /chat": refused });
    const { user } = show(<App />, { region: false });
    await user.type(await composer(), "x{Enter}");
    await doorLink();
    expect(gateway.to("POST", "/chat")[0]?.headers.get("Authorization")).toBe("Bearer aqs_1");
  });
});

describe("the account menu", () => {
  const open = async (user: ReturnType<typeof show>["user"]) => {
    const [button] = await screen.findAllByRole("button", { name: /^Account: *Ada$/ });
    if (button) await user.click(button);
    return screen.findByRole("region", { name: "Account" });
  };

  it("says who is signed in, and shows operators one thing more", async () => {
    playGateway(house);
    const { user } = show(<App />, { region: false });
    const menu = await open(user);
    expect(menu.textContent).toContain("ada@studio.example");
    expect(within(menu).queryByRole("link", { name: "Users" })).toBeNull();
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("region", { name: "Account" })).toBeNull();
    expect(document.activeElement?.textContent).toContain("Ada");
    await open(user);
    await user.click(await composer());
    expect(screen.queryByRole("region", { name: "Account" })).toBeNull();
  });

  it("leads to the keys and back, and keeps what is being written", async () => {
    playGateway({ ...house, "GET /api/keys": () => json([]) });
    const { user } = show(<App />, { region: false });
    await user.type(await composer(), "A sun");
    const menu = await open(user);
    await user.click(within(menu).getByRole("link", { name: "API keys" }));
    expect(await screen.findByRole("heading", { name: "API keys" })).toBeTruthy();
    expect(document.title).toBe("API keys · Aquatint");
    await user.click(screen.getByRole("link", { name: "Back to the studio" }));
    expect((await composer()).value).toBe("A sun");
  });

  it("keeps the list of users to operators", async () => {
    window.location.hash = "#/users";
    const operator = { ...ADA, operator: true };
    playGateway(house);
    const { client } = show(<App />, { region: false });
    expect(await screen.findByText("Only operators may see this")).toBeTruthy();
    playGateway({
      ...house,
      "GET /api/about": () => json(aHouse({ user: operator })),
      "GET /api/users": () => json([]),
    });
    await client.invalidateQueries({ queryKey: ["about"] });
    expect(await screen.findByRole("table")).toBeTruthy();
  });

  it.each([
    ["Sign out", false],
    ["Sign out everywhere", true],
  ])("%s tells the gateway, and starts afresh", async (name, everywhere) => {
    token.set({ token: "aqs_1", expiresAt: null });
    const gateway = playGateway({ ...house, "POST /auth/logout": () => json({}) });
    const { user } = show(<App />, { region: false });
    await user.click(within(await open(user)).getByRole("button", { name }));
    await waitFor(() => expect(startAfresh).toHaveBeenCalled());
    expect(gateway.to("POST", "/auth/logout")[0]?.body).toEqual({ everywhere });
    expect(token.get()).toBeNull();
  });

  it("says so when nobody could be signed out", async () => {
    playGateway({ ...house, "POST /auth/logout": () => json({ detail: "Not now" }, 500) });
    const { user } = show(<App />, { region: false });
    await user.click(within(await open(user)).getByRole("button", { name: "Sign out" }));
    expect(await screen.findByText("Not now")).toBeTruthy();
  });
});
