// biome-ignore-all lint/suspicious/noArrayIndexKey: the parts of a text have no names but their places.
import { memo } from "react";
import { Button } from "../design/Button";
import { copySaid } from "./copySaid";
import { type Block, type Inline, markdown } from "./markdown";

function Words({ parts }: { parts: readonly Inline[] }) {
  return parts.map((part, index) => <Word key={index} part={part} />);
}

function Word({ part }: { part: Inline }) {
  switch (part.kind) {
    case "text":
      return part.text;
    case "code":
      return <code className="rounded-sm bg-rail px-1 font-mono text-[0.9em]">{part.text}</code>;
    case "strong":
      return (
        <strong className="font-semibold">
          <Words parts={part.children} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Words parts={part.children} />
        </em>
      );
    case "link":
      return (
        <a
          href={part.href}
          target="_blank"
          rel="noreferrer noopener"
          className="text-plate underline underline-offset-2"
        >
          <Words parts={part.children} />
        </a>
      );
  }
}

function Code({ text, language }: { text: string; language: string }) {
  return (
    <figure className="overflow-hidden rounded-lg border border-line bg-rail">
      <figcaption className="flex items-center justify-between border-b border-line pl-3 text-[0.78rem] text-soft">
        {language || "text"}
        <Button
          kind="bare"
          icon="copy"
          aria-label="Copy code"
          onClick={() => copySaid(text, "Code copied to clipboard!")}
        >
          Copy
        </Button>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must scroll by keyboard too. */}
      <pre tabIndex={0} className="overflow-x-auto p-3 font-mono text-[0.84rem]">
        {text}
      </pre>
    </figure>
  );
}

function Table({ head, rows }: { head: Inline[][]; rows: Inline[][][] }) {
  const cell = "border-b border-line px-3 py-1.5 text-left align-top";
  return (
    <section
      aria-label="Table"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must scroll by keyboard too.
      tabIndex={0}
      className="overflow-x-auto rounded-lg border border-line"
    >
      <table className="w-full text-[0.87rem] [&_tr:last-child>td]:border-0">
        <thead className="bg-mat">
          <tr>
            {head.map((parts, index) => (
              <th key={index} scope="col" className={`${cell} font-semibold`}>
                <Words parts={parts} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((parts, place) => (
                <td key={place} className={cell}>
                  <Words parts={parts} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function List({ ordered, items }: { ordered: boolean; items: Inline[][] }) {
  const Kind = ordered ? "ol" : "ul";
  return (
    <Kind className={`pl-6 ${ordered ? "list-decimal" : "list-disc"}`}>
      {items.map((item, index) => (
        <li key={index}>
          <Words parts={item} />
        </li>
      ))}
    </Kind>
  );
}

function Section({ block }: { block: Block }) {
  switch (block.kind) {
    case "code":
      return <Code {...block} />;
    case "table":
      return <Table {...block} />;
    case "list":
      return <List {...block} />;
    case "quote":
      return (
        <blockquote className="border-l-3 border-line pl-3.5 text-soft">
          <Sections blocks={block.children} />
        </blockquote>
      );
    default:
      return (
        <p className={`whitespace-pre-line ${block.kind === "heading" ? "font-semibold" : ""}`}>
          <Words parts={block.children} />
        </p>
      );
  }
}

function Sections({ blocks }: { blocks: readonly Block[] }) {
  return (
    <div className="flex flex-col gap-2.5">
      {blocks.map((block, index) => (
        <Section key={index} block={block} />
      ))}
    </div>
  );
}

export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return <Sections blocks={markdown(text)} />;
});
