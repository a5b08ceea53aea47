import { screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { aCall } from "../testing/items";
import { show } from "../testing/render";
import { LlmInfoDialog } from "./LlmInfoDialog";

const text = aCall({
  id: "call_1",
  type: "chat_completion",
  provider: "chat",
  model: "sim-chat",
  cost: 0.0004,
  tokens: { input: 412, output: 64 },
});

const term = (name: string) => screen.getAllByText(name, { selector: "dt" }).at(-1);
const value = (name: string) => term(name)?.nextElementSibling?.textContent;

describe("LlmInfoDialog", () => {
  it("shows every call, and totals text and image apart", () => {
    show(<LlmInfoDialog calls={[text, aCall({ quoted: 0.1 })]} onClose={vi.fn()} />);
    expect(value("Tokens")).toBe("412 in, 64 out");
    expect(value("Size")).toBe("1024×1024");
    expect(value("Duration")).toBe("6.2 s");
    expect(value("Quoted")).toBe("$0.1000");
    expect(value("Charged")).toBe("$0.0937");
    expect(value("Request")).toBe("req_1");
    expect(value("Text")).toBe("$0.0004");
    expect(value("Image")).toBe("$0.0937");
    expect(value("Total")).toBe("$0.0941");
  });

  it("shows a failed call with its reason", () => {
    show(
      <LlmInfoDialog
        calls={[aCall({ success: false, cost: 0, error: "HTTP 500" })]}
        onClose={vi.fn()}
      />,
    );
    expect(screen.getByText("failed")).toBeTruthy();
    expect(screen.getByText("HTTP 500")).toBeTruthy();
  });

  it("closes by its button", async () => {
    const onClose = vi.fn();
    const { user } = show(<LlmInfoDialog calls={[]} onClose={onClose} />);
    await user.click(screen.getByRole("button", { name: "Close" }));
    expect(onClose).toHaveBeenCalledOnce();
  });
});
