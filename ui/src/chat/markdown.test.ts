import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Block, type Inline, inline, markdown } from "./markdown";

const textOf = (parts: readonly Inline[]): string =>
  parts.map((part) => ("text" in part ? part.text : textOf(part.children))).join("");

function linksOf(blocks: readonly Block[]): string[] {
  const inParts = (parts: readonly Inline[]): string[] =>
    parts.flatMap((part) => {
      if (part.kind === "link") return [part.href, ...inParts(part.children)];
      return "children" in part ? inParts(part.children) : [];
    });
  return blocks.flatMap((block) => {
    switch (block.kind) {
      case "code":
        return [];
      case "list":
        return block.items.flatMap(inParts);
      case "table":
        return [...block.head, ...block.rows.flat()].flatMap(inParts);
      case "quote":
        return linksOf(block.children);
      default:
        return inParts(block.children);
    }
  });
}

describe("inline", () => {
  it.each([
    ["**bold** and *thin*", ["strong", "text", "em"]],
    ["`a * b` and 2 * 3 * 4", ["code", "text"]],
    ["snake_case_name", ["text"]],
    ["_thin_", ["em"]],
    ["[a page](https://example.org/a)", ["link"]],
    ["![a picture](https://example.org/a.png)", ["link"]],
    ["[a trap](javascript:alert(1))", ["text"]],
    ["[plain](http://example.org)", ["text"]],
    ["<b>markup</b>", ["text"]],
  ])("reads %s", (source, kinds) => {
    expect(inline(source).map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe("markdown", () => {
  it("tells paragraphs, headings, lists and code apart", () => {
    const source = "# Title\nwords\n- one\n- two\n\n1. first\n\n```js\nlet a;\n```\nend";
    expect(markdown(source).map(({ kind }) => kind)).toEqual([
      "heading",
      "paragraph",
      "list",
      "list",
      "code",
      "paragraph",
    ]);
  });

  it("shows code whose fence has not been closed yet", () => {
    expect(markdown("so:\n```\nlet a")).toContainEqual({
      kind: "code",
      language: "",
      text: "let a",
    });
  });

  it("reads tables, quotes and the language of code", () => {
    const source =
      "| a | b \\| c |\n|---|:-:|\n| **1** | 2 |\n\n> said\n\n```ts title\nlet a;\n```";
    const [table, quote, code] = markdown(source);
    expect(table).toMatchObject({
      kind: "table",
      head: [[{ text: "a" }], [{ text: "b | c" }]],
      rows: [[[{ kind: "strong" }], [{ text: "2" }]]],
    });
    expect(quote).toMatchObject({ kind: "quote", children: [{ kind: "paragraph" }] });
    expect(code).toEqual({ kind: "code", language: "ts", text: "let a;" });
  });

  it("takes a head without its rule for words, as it is while text streams in", () => {
    expect(markdown("| a | b |")).toMatchObject([{ kind: "paragraph" }]);
  });

  it("links to nothing but https, whatever is written", () => {
    const sources = fc.array(
      fc.constantFrom(
        "| ",
        "|-|\n",
        "> ",
        "- ",
        "[",
        "](",
        ")",
        "http://",
        "https://e.org",
        "javascript:x",
        "**",
        "`",
        "\n",
      ),
    );
    fc.assert(
      fc.property(sources, (parts) => {
        for (const href of linksOf(markdown(parts.join("")))) expect(href).toMatch(/^https:\/\//);
      }),
    );
  });

  it("loses no plain words", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z ,.<>&]+$/), (text) => {
        expect(textOf(inline(text))).toBe(text);
      }),
    );
  });
});
