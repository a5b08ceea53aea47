/** The little Markdown that chat models write, as data. Nothing of it is ever HTML. */

export type Inline =
  | { kind: "text" | "code"; text: string }
  | { kind: "strong" | "em"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] };

export type Block =
  | { kind: "paragraph" | "heading"; children: Inline[] }
  | { kind: "quote"; children: Block[] }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] }
  | { kind: "code"; language: string; text: string };

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

const ROW = /^\s*\|.*$/;
const RULE = /^\s*\|?(?:\s*:?-+:?\s*\|)+\s*(?::?-+:?\s*)?$/;

/** The cells between the bars of one line; a bar after a backslash is a letter. */
const cells = (line: string): Inline[][] =>
  line
    .trim()
    .replace(/^\||(?<!\\)\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => inline(cell.trim().replaceAll("\\|", "|")));

/** Lines of cells below a head and a rule; without the rule they are no table (yet). */
function tableOf([head = "", rule = "", ...rows]: readonly string[]): Block | null {
  if (!ROW.test(head) || !RULE.test(rule)) return null;
  return { kind: "table", head: cells(head), rows: rows.map(cells) };
}

const QUOTE = /^\s*>\s?/;

const quoteOf = (lines: readonly string[]): Block | null =>
  QUOTE.test(lines[0] ?? "")
    ? { kind: "quote", children: textBlocks(lines.map((line) => line.replace(QUOTE, ""))) }
    : null;

const KINDS = [QUOTE, ITEM, ROW];
const kindOf = (line: string): number => KINDS.findIndex((kind) => kind.test(line));

/** A run of lines without a blank one: headings, and runs of lines of one kind. */
function textBlocks(lines: readonly string[]): Block[] {
  const [first] = lines;
  if (first === undefined) return [];
  const heading = HEADING.exec(first);
  if (heading) {
    return [{ kind: "heading", children: inline(heading[1] ?? "") }, ...textBlocks(lines.slice(1))];
  }
  const kind = kindOf(first);
  const end = lines.findIndex((line) => kindOf(line) !== kind || HEADING.test(line));
  const run = end === -1 ? lines : lines.slice(0, end);
  const block = quoteOf(run) ??
    listOf(run) ??
    tableOf(run) ?? { kind: "paragraph" as const, children: inline(run.join("\n")) };
  return [block, ...textBlocks(lines.slice(run.length))];
}

const FENCE = /^```(.*)$/m;

/** Texts and codes take turns, each after the words on the fence before it. */
function codeOf(words: string, text: string): Block {
  const [language = ""] = words.trim().split(/\s/);
  return { kind: "code", language, text: text.replace(/^\n|\n$/g, "") };
}

/** An unclosed fence, as it is while text streams in, runs to the end. */
export function markdown(source: string): Block[] {
  const parts = source.replace(/\r\n?/g, "\n").split(FENCE);
  return parts.flatMap((part, index): Block[] => {
    if (index % 2 === 1) return [];
    if (index % 4 === 2) return [codeOf(parts[index - 1] ?? "", part)];
    return part.split(/\n\s*\n/).flatMap((chunk) => {
      return textBlocks(chunk.split("\n").filter((line) => line.trim() !== ""));
    });
  });
}
