import { Fragment } from "react";
import type { Item } from "../api/types";
import { ProviderBadge } from "../design/Chip";
import { Disclosure } from "../design/Disclosure";

function Words({ words }: { words: readonly string[] }) {
  return words.map((word, index) => (
    <Fragment key={word}>
      {index > 0 && ", "}
      <mark className="rounded-sm bg-copper-wash px-1 text-inherit">{word}</mark>
    </Fragment>
  ));
}

/** The words that decided the tier, and every other model with the reason it was passed over. */
export function WhyThisModel({ item }: { item: Item }) {
  const why = item.whyThisModel;
  if (!why) return null;
  const { tier, words, rejected } = why;
  const asked = [item.model, item.modelKey].some((name) => name === item.request?.model);
  return (
    <Disclosure title="Why this model" gist={words.length > 0 ? words.join(", ") : `${tier} tier`}>
      <p>
        Tier <b>{tier}</b>
        {words.length > 0 ? (
          <>
            {" "}
            because of <Words words={words} />.
          </>
        ) : item.request?.quality ? (
          ", as it was asked for."
        ) : (
          ": no word asked for another."
        )}{" "}
        <b>{item.model}</b>{" "}
        {asked ? "is the model that was asked for." : "is the first of its models that can be had."}
      </p>
      {rejected.length > 0 && (
        <>
          <p className="mt-2.5 text-soft">Passed over:</p>
          <ul>
            {rejected.map(({ provider, model, reason }) => (
              <li
                key={`${provider} ${model}`}
                className="flex flex-wrap items-center gap-x-2.5 gap-y-0.5 border-t border-dashed border-line py-2 first:border-0"
              >
                <ProviderBadge provider={provider} />
                <span>{model}</span>
                <span className="text-soft wide:ml-auto">{reason}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Disclosure>
  );
}
