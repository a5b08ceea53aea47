// biome-ignore-all lint/suspicious/noArrayIndexKey: the parts of a text have no names but their places.
import { memo } from "react";
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

function Section({ block }: { block: Block }) {
  switch (block.kind) {
    case "code":
      return (
        <pre className="overflow-x-auto rounded-lg bg-rail p-3 font-mono text-[0.84rem]">
          {block.text}
        </pre>
      );
    case "list": {
      const List = block.ordered ? "ol" : "ul";
      return (
        <List className={`pl-6 ${block.ordered ? "list-decimal" : "list-disc"}`}>
          {block.items.map((item, index) => (
            <li key={index}>
              <Words parts={item} />
            </li>
          ))}
        </List>
      );
    }
    default:
      return (
        <p className={`whitespace-pre-line ${block.kind === "heading" ? "font-semibold" : ""}`}>
          <Words parts={block.children} />
        </p>
      );
  }
}

export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return (
    <div className="flex flex-col gap-2.5">
      {markdown(text).map((block, index) => (
        <Section key={index} block={block} />
      ))}
    </div>
  );
});
