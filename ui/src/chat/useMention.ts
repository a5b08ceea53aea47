import { type KeyboardEvent, useEffect, useState } from "react";
import { announce } from "../a11y/announce";
import { type OfferedModel, useOfferedModels } from "../queries/catalog";
import { type Mention, matching, mentionAt, withoutMention } from "./mention";
import { pick } from "./picks";
import { type FieldRef, useCaret } from "./useCaret";

interface Mentioning {
  field: FieldRef;
  text: string;
  onChange: (text: string) => void;
}

const NOBODY: readonly OfferedModel[] = [];

/** An `@model` typed in the text: the models that match, and the keys that choose one. */
export function useMention({ field, text, onChange }: Mentioning) {
  const [mention, setMention] = useState<Mention | null>(null);
  const [active, setActive] = useState(0);
  /** Where the list was closed by hand. */
  const [closed, setClosed] = useState<number | null>(null);
  const { data: models = NOBODY } = useOfferedModels(mention !== null);
  const place = useCaret(field, text);
  const found = mention && mention.start !== closed ? matching(models, mention.query) : [];
  const count = found.length;

  const look = () => {
    const at = field.current;
    const now = at && mentionAt(at.value, at.selectionStart);
    if (now?.query !== mention?.query) setActive(0);
    if (!now) setClosed(null);
    setMention(now);
  };

  useEffect(() => {
    if (count > 0) announce(`${count} ${count === 1 ? "model" : "models"}, arrow keys to choose`);
  }, [count]);

  const choose = ({ provider, model }: OfferedModel) => {
    if (!mention) return;
    const rest = withoutMention(text, mention);
    place(rest.caret);
    onChange(rest.text);
    setMention(null);
    pick({ provider, model });
    announce(`${model} picked`);
  };

  const act = (key: string, at: number): boolean => {
    const model = found[active];
    if (key === "ArrowDown") setActive((active + 1) % count);
    else if (key === "ArrowUp") setActive((active - 1 + count) % count);
    else if (key === "Escape") setClosed(at);
    else if ((key === "Enter" || key === "Tab") && model) choose(model);
    else return false;
    return true;
  };

  /** True when the key was for the list. */
  const onKey = ({ key, shiftKey, ctrlKey, metaKey }: KeyboardEvent): boolean =>
    mention !== null && count > 0 && !shiftKey && !ctrlKey && !metaKey && act(key, mention.start);

  return { found, active, look, choose, onKey, close: () => setMention(null) };
}
