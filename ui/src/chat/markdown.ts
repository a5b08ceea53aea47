/** The little Markdown that chat models write, as data. Nothing of it is ever HTML. */

export type Inline =
  | { kind: "text" | "code"; text: string }
  | { kind: "strong" | "em"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] };

export type Block =
  | { kind: "paragraph" | "heading"; children: Inline[] }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "code"; text: string };

const INLINE =
  /`([^`\n]+)`|\*\*([^*]+)\*\*|(?<!\w)_([^_\n]+)_(?!\w)|\*([^*\s][^*\n]*)\*|!?\[([^\]\n]+)\]\((https:\/\/[^\s()]+)\)/g;

function marked(match: RegExpMatchArray): Inline {
  const [, code, strong, under, star, label, href] = match;
  if (code !== undefined) return { kind: "code", text: code };
  if (strong !== undefined) return { kind: "strong", children: inline(strong) };
  if (href !== undefined) return { kind: "link", href, children: inline(label ?? href) };
  return { kind: "em", children: inline(under ?? star ?? "") };
}

export function inline(source: string): Inline[] {
  const found: Inline[] = [];
  let at = 0;
  for (const match of source.matchAll(INLINE)) {
    if (match.index > at) found.push({ kind: "text", text: source.slice(at, match.index) });
    found.push(marked(match));
    at = match.index + match[0].length;
  }
  if (at < source.length) found.push({ kind: "text", text: source.slice(at) });
  return found;
}

const ITEM = /^\s*(?:[-*+]|(\d{1,3})[.)])\s+(.*)$/;
const HEADING = /^#{1,6}\s+(.*)$/;

function listOf(lines: readonly string[]): Block | null {
  const items = lines.map((line) => ITEM.exec(line));
  if (lines.length === 0 || items.some((item) => item === null)) return null;
  return {
    kind: "list",
    ordered: items[0]?.[1] !== undefined,
    items: items.map((item) => inline(item?.[2] ?? "")),
  };
}

/** A run of lines without a blank one: a heading, then text, then a list, each if there. */
function textBlocks(lines: readonly string[]): Block[] {
  if (lines.length === 0) return [];
  const heading = HEADING.exec(lines[0] ?? "");
  if (heading) {
    return [{ kind: "heading", children: inline(heading[1] ?? "") }, ...textBlocks(lines.slice(1))];
  }
  const isItem = (line: string) => ITEM.test(line);
  const first = isItem(lines[0] ?? "");
  const end = lines.findIndex((line) => isItem(line) !== first || HEADING.test(line));
  const run = end === -1 ? lines : lines.slice(0, end);
  const block = listOf(run) ?? { kind: "paragraph" as const, children: inline(run.join("\n")) };
  return [block, ...textBlocks(lines.slice(run.length))];
}

/** An unclosed fence, as it is while text streams in, runs to the end. */
export function markdown(source: string): Block[] {
  return source
    .replace(/\r\n?/g, "\n")
    .split(/^```.*$/m)
    .flatMap((part, index): Block[] => {
      if (index % 2 === 1) return [{ kind: "code", text: part.replace(/^\n|\n$/g, "") }];
      return part.split(/\n\s*\n/).flatMap((chunk) => {
        return textBlocks(chunk.split("\n").filter((line) => line.trim() !== ""));
      });
    });
}
