import { describe, expect, it } from "vitest";
import { aCall } from "../testing/items";
import { askAsCurl, askAsPython, askingOf } from "./asking";

const asking = askingOf(aCall({ type: "chat_completion", model: "sim-chat" }), 'it\'s "true"?');

describe("a question as a program", () => {
  it("asks the same model the same words, in a conversation of its own", () => {
    expect(asking).toEqual({
      messages: [{ role: "user", content: 'it\'s "true"?' }],
      chatModel: "sim-chat",
    });
  });

  it("survives the quotes of a shell, and holds no key", () => {
    const text = askAsCurl(asking);
    expect(text).toContain(String.raw`"content":"it'\''s \"true\"?"`);
    expect(text).toContain("'http://localhost:3000/chat'");
    expect(text).toContain('"Authorization: Bearer $AQUATINT_API_KEY"');
  });

  it("is Python although the words look like JSON", () => {
    const text = askAsPython(asking);
    expect(text).toContain(String.raw`"content": "it's \"true\"?"`);
    expect(text).toContain('os.environ.get("AQUATINT_API_KEY", "")');
  });
});
