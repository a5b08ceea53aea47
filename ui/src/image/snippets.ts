import { apiUrl } from "../api/client";
import type { Item } from "../api/types";

/** How to buy the same picture from a program: its price first, then no more than that. */
export interface Order {
  /** As `POST /api/quotes` takes it. */
  quote: Readonly<Record<string, unknown>>;
  /** Dollars. */
  maxCost: number;
}

const said = (value: unknown): boolean =>
  value != null && value !== "" && !(Array.isArray(value) && value.length === 0);

const UNSAID: Readonly<Record<string, unknown>> = { partialImages: 0, operation: "generate", n: 1 };

/** What was asked for, by the model that made it. */
export function orderOf(item: Item): Order {
  const { prompt, size, qualityTier, modelKey, provider, maxCost } = item;
  const asked = { prompt, size, ...item.request, quality: qualityTier, provider, model: modelKey };
  const quote = Object.entries(asked).filter(
    ([name, value]) => said(value) && UNSAID[name] !== value,
  );
  return { quote: Object.fromEntries(quote), maxCost };
}

/** A word of the shell; inside single quotes only the quote itself means something. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export const HEADERS = `-H "Authorization: Bearer $AQUATINT_API_KEY" -H 'Content-Type: application/json'`;

export function asCurl({ quote, maxCost }: Order): string {
  const ask = quoted(JSON.stringify(quote));
  return `# The price; nothing is bought yet.
QUOTE=$(curl -fsS ${quoted(apiUrl("api/quotes"))} ${HEADERS} \\
  -d ${ask} | jq -r .quoteId)
# The purchase, refused above maxCost.
curl -fsS ${quoted(apiUrl("generate-image"))} ${HEADERS} \\
  -d "{\\"quoteId\\": \\"$QUOTE\\", \\"maxCost\\": ${maxCost}}"
`;
}

/** JSON is almost Python; its three words are not. Strings are written whole and stay as they are. */
const LITERAL = /"(?:[^"\\]|\\.)*"|\b(?:true|false|null)\b/g;
const WORDS: Readonly<Record<string, string>> = { true: "True", false: "False", null: "None" };

export const python = (value: unknown): string =>
  JSON.stringify(value, null, 4).replace(LITERAL, (found) => WORDS[found] ?? found);

export function asPython({ quote, maxCost }: Order): string {
  return `import json
import os
import urllib.request


def post(url, body):
    headers = {
        "Authorization": "Bearer " + os.environ.get("AQUATINT_API_KEY", ""),
        "Content-Type": "application/json",
    }
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


# The price; nothing is bought yet.
quote = post(${JSON.stringify(apiUrl("api/quotes"))}, ${python(quote)})
# The purchase, refused above maxCost.
image = post(
    ${JSON.stringify(apiUrl("generate-image"))},
    {"quoteId": quote["quoteId"], "maxCost": ${maxCost}},
)
print(image["imageUrl"])
`;
}
