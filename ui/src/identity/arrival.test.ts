import { beforeEach, describe, expect, it, vi } from "vitest";
import { json, playGateway } from "../testing/gateway";
import { forgetPerson } from "./person";

beforeEach(() => {
  vi.resetModules();
  window.history.replaceState(null, "", "/");
});

/** The page loaded at `address`, as after a sign-in. */
async function loadAt(address: string) {
  window.history.replaceState(null, "", address);
  return import("./arrival");
}

describe("what a sign-in leaves in the address", () => {
  it("is taken out of it, and the place before the sign-in put back", async () => {
    sessionStorage.setItem("aquatint.back", '"#/keys"');
    const { codeOfArrival, signInError } = await loadAt("/#code=once");
    expect(codeOfArrival).toBe("once");
    expect(signInError.get()).toBeNull();
    expect(window.location.hash).toBe("#/keys");
    expect(sessionStorage.getItem("aquatint.back")).toBeNull();
  });

  it("may be the reason of a failure", async () => {
    const { codeOfArrival, signInError } = await loadAt("/#signInError=not_allowed");
    expect(codeOfArrival).toBeNull();
    expect(signInError.get()).toBe("not_allowed");
    expect(window.location.href).toBe("http://localhost:3000/");
  });

  it("is not taken from a stranger's link, which this tab did not set out for", async () => {
    const { codeOfArrival, signInError } = await loadAt("/#code=of-somebody-else");
    expect(codeOfArrival).toBeNull();
    expect(signInError.get()).toBe("expired");
    expect(window.location.href).toBe("http://localhost:3000/");
  });

  it("is nothing for any other visit", async () => {
    const { codeOfArrival, signInError } = await loadAt("/#/c/conv_1");
    expect([codeOfArrival, signInError.get()]).toEqual([null, null]);
    expect(window.location.hash).toBe("#/c/conv_1");
  });

  it("opens the conversation that was open before", async () => {
    sessionStorage.setItem("aquatint.back", '"#/c/conv_1"');
    await loadAt("/");
    expect(window.location.hash).toBe("#/c/conv_1");
  });
});

describe("a link to a waiting quote", () => {
  it("is a place of the studio, which a sign-in leads back to", async () => {
    await loadAt("/?quote=quote_1");
    expect(window.location.href).toBe("http://localhost:3000/#/waiting/quote_1");
    const { rememberPlace } = await import("./arrival");
    rememberPlace();
    vi.resetModules();
    await loadAt("/");
    expect(window.location.hash).toBe("#/waiting/quote_1");
  });

  it("outranks a sign-in that was given up", async () => {
    sessionStorage.setItem("aquatint.back", '"#/keys"');
    await loadAt("/?quote=quote_1");
    expect(window.location.hash).toBe("#/waiting/quote_1");
  });

  it("is no setting out for a stranger's code", async () => {
    const { codeOfArrival, signInError } = await loadAt("/?quote=quote_1#code=of-somebody-else");
    expect([codeOfArrival, signInError.get()]).toEqual([null, "expired"]);
  });
});

describe("the one-time code of a studio elsewhere", () => {
  async function redeem(answer: () => Response) {
    const gateway = playGateway({
      "POST /auth/token": answer,
      "GET /api/about": () => json({ user: null }),
    });
    sessionStorage.setItem("aquatint.back", '""');
    const { signInError } = await loadAt("/#code=once");
    const { redeemed } = await import("../queries/about");
    await Promise.all([redeemed(), redeemed()]);
    const { token } = await import("../api/session");
    return { gateway, signInError, token };
  }

  it("is exchanged for a token, once", async () => {
    const made = { token: "aqs_1", expiresAt: "2026-12-22T12:00:00Z" };
    const { gateway, token } = await redeem(() => json(made));
    expect(gateway.to("POST", "/auth/token").map(({ body }) => body)).toEqual([{ code: "once" }]);
    expect(token.get()).toEqual(made);
  });

  it.each([
    [401, "expired"],
    [503, "unavailable"],
  ])("may be refused with %d", async (status, reason) => {
    const { signInError, token } = await redeem(() => json({}, status));
    expect(signInError.get()).toBe(reason);
    expect(token.get()).toBeNull();
  });
});

describe("what this browser keeps of a person", () => {
  it("is dropped, but not what belongs to the browser", () => {
    localStorage.setItem("aquatint.theme", "dark");
    localStorage.setItem("aquatint.conversation", '"c_1"');
    localStorage.setItem("other", "1");
    sessionStorage.setItem("aquatint.draft", '"x"');
    window.location.hash = "#/c/c_1";
    forgetPerson();
    expect(Object.keys(localStorage).sort()).toEqual(["aquatint.theme", "other"]);
    expect(sessionStorage).toHaveLength(0);
    expect(window.location.hash).toBe("");
  });
});
