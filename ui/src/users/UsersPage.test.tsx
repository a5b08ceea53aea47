import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { json, playGateway } from "../testing/gateway";
import { aUser } from "../testing/people";
import { show } from "../testing/render";
import UsersPage from "./UsersPage";

describe("the list of users", () => {
  it("tells who was here and what it came to, and signs somebody out", async () => {
    const ben = aUser({ id: "usr_ben", name: "Ben", sessions: 1, spentToday: 0 });
    const gateway = playGateway({
      "GET /api/users": () => json([aUser({ operator: true }), ben]),
      "POST /api/users/usr_ben/sign-out": () => json({ sessions: 1 }),
    });
    const { user } = show(<UsersPage />);
    const row = (await screen.findByRole("rowheader", { name: /Ada.*operator/ })).closest("tr");
    expect(row?.textContent).toMatch(/ada@studio.example.*just now.*2 sessions.*\$1.50.*\$20.25/);
    await user.click(screen.getByRole("button", { name: "Sign out Ben" }));
    expect(await screen.findByText("Ben was signed out everywhere")).toBeTruthy();
    expect(gateway.to("POST", "/api/users/usr_ben/sign-out")).toHaveLength(1);
  });

  it("offers nothing for who is signed out already", async () => {
    playGateway({ "GET /api/users": () => json([aUser({ sessions: 0 })]) });
    show(<UsersPage />);
    const table = await screen.findByRole("table");
    expect(within(table).getByText("Signed out")).toBeTruthy();
    const button = screen.getByRole("button", { name: "Sign out Ada" });
    expect(button.hasAttribute("disabled")).toBe(true);
  });
});
