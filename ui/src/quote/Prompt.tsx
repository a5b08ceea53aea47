import { useState } from "react";
import { cut } from "../design/format";

const SHOWN = 150;

export function Prompt({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  if (text.length <= SHOWN) return <p className="font-serif italic">{text}</p>;
  return (
    <p className="font-serif italic">
      {whole ? text : cut(text, SHOWN)}{" "}
      <button
        type="button"
        aria-expanded={whole}
        onClick={() => setWhole(!whole)}
        className="min-h-6 min-w-6 font-sans text-[0.84rem] text-plate not-italic underline underline-offset-2"
      >
        {whole ? "less" : "more"}
      </button>
    </p>
  );
}
