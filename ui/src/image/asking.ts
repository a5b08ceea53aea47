import { apiUrl } from "../api/client";
import type { LlmApiCall } from "../api/types";
import { HEADERS, python, quoted } from "./snippets";

/** How to ask the same question from a program, in a conversation of its own. */
export interface Asking {
  messages: readonly { role: "user"; content: string }[];
  chatModel: string;
}

export const askingOf = ({ model }: LlmApiCall, question: string): Asking => ({
  messages: [{ role: "user", content: question }],
  chatModel: model,
});

export function askAsCurl(asking: Asking): string {
  return `# The answer comes as events. It can quote a price; it buys nothing.
curl -fsSN ${quoted(apiUrl("chat"))} ${HEADERS} \\
  -d ${quoted(JSON.stringify(asking))}
`;
}

export function askAsPython(asking: Asking): string {
  return `import json
import os
import urllib.request

headers = {
    "Authorization": "Bearer " + os.environ.get("AQUATINT_API_KEY", ""),
    "Content-Type": "application/json",
}
question = ${python(asking)}
request = urllib.request.Request(
    ${JSON.stringify(apiUrl("chat"))}, json.dumps(question).encode(), headers
)
# The answer comes as events. It can quote a price; it buys nothing.
event = ""
with urllib.request.urlopen(request) as response:
    for line in response:
        name, _, value = line.decode().rstrip().partition(": ")
        if name == "event":
            event = value
        elif name == "data" and event == "delta":
            print(json.loads(value)["content"], end="", flush=True)
print()
`;
}
