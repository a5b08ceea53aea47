import type { Attempt, Item } from "../api/types";
import { providerName } from "../design/format";

/** Why a model that would have been chosen was not asked: it is in trouble, or switched off. */
const TROUBLED: readonly string[] = ["breaker_open", "cooling_down", "model_gone"];
const AWAY: readonly string[] = [...TROUBLED, "disabled", "no_key"];

const LIST = new Intl.ListFormat("en");

const who = (provider: string, model: string): string => `${providerName(provider)}'s ${model}`;

const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** Each model that was asked and failed, once, whatever the number of its calls. */
function failures({ attempts, llmApiCall }: Item): Attempt[] {
  const all = (attempts ?? llmApiCall?.attempts ?? []).filter(({ error }) => error);
  return all.filter(({ model }, index) => all.findIndex((one) => one.model === model) === index);
}

const rejection = ({ originalProvider, whyThisModel }: Item, codes: readonly string[]) =>
  whyThisModel?.rejected.find(
    ({ provider, code }) => provider === originalProvider && codes.includes(code),
  );

/** Why the first choice was not even asked. */
function passedOver(first: string, item: Item): string {
  const why = rejection(item, AWAY);
  if (!why) return `${providerName(first)} was passed over: it could not be had at that moment.`;
  return sentence(`${who(first, why.model)} was passed over: ${why.reason}`);
}

/** Who would have made it first, and what kept each of them: one was passed over, others failed. */
export function stepsTo(item: Item): string[] {
  const { fallbackUsed, originalProvider: first } = item;
  if (!fallbackUsed || !first) return [];
  const failed = failures(item);
  const asked = failed.some(({ provider }) => provider === first);
  // A card about the last failure tells that one itself.
  const before = item.status === "error" ? failed.slice(0, -1) : failed;
  const names = before.map(({ provider, model }) => who(provider, model));
  return [
    ...(asked ? [] : [passedOver(first, item)]),
    ...(names.length > 0 ? [`${LIST.format(names)} failed; LLM Info tells why.`] : []),
  ];
}

/**
 * What a price tells of it: that the usual model is in trouble just now. Of one that was asked for
 * the gateway's own warnings tell; one that the house has switched off is never missed.
 */
export function missedBy(item: Item): string[] {
  const named = item.request?.model ?? item.request?.provider;
  return !named && rejection(item, TROUBLED) ? stepsTo(item) : [];
}

/** Who is tried when the model of this offer fails; null when the gateway did not tell. */
export function triedNext({ fallbacks }: Pick<Item, "fallbacks">): string | null {
  if (!fallbacks) return null;
  const [next, ...rest] = fallbacks;
  if (!next) return "If it fails, no other model is tried.";
  const others = ["", ", then 1 other", `, then ${rest.length} others`][Math.min(rest.length, 2)];
  return `If it fails, ${who(next.provider, next.model)} is tried${others}.`;
}
