// Asks a gateway with the Vercel AI SDK: one wish as JSON on the input, what came as JSON on the
// output. { base, provider: "openai" | "compatible", call: "image" | "chat", model, more }
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateImage, RetryError, streamText } from "ai";

globalThis.AI_SDK_LOG_WARNINGS = false; // nothing but the answer goes to the output

function providerOf({ base, provider }) {
  const known = { baseURL: `${base}/v1`, apiKey: "any" };
  return provider === "openai"
    ? createOpenAI(known)
    : createOpenAICompatible({ ...known, name: "aquatint", includeUsage: true });
}

function promptOf({ prompt, pictures, mask }) {
  if (!pictures) return prompt;
  const images = pictures.map((path) => readFileSync(path));
  return { text: prompt, images, mask: mask && readFileSync(mask) };
}

async function image(wish) {
  const model = providerOf(wish).imageModel(wish.model);
  const made = await generateImage({ model, ...wish.more, prompt: promptOf(wish) });
  return {
    images: made.images.map(({ base64, mediaType }) => ({ base64, mediaType })),
    headers: made.responses.map((response) => response.headers),
    usage: made.usage,
    providerMetadata: made.providerMetadata,
    warnings: made.warnings,
  };
}

async function chat(wish) {
  const provider = providerOf(wish);
  const model = wish.provider === "openai" ? provider.chat(wish.model) : provider(wish.model);
  let failure;
  const onError = ({ error }) => {
    failure = error;
  };
  const said = streamText({ model, prompt: wish.prompt, onError, ...wish.more });
  const pieces = [];
  for await (const piece of said.textStream) pieces.push(piece);
  if (failure) throw failure;
  return { pieces, usage: await said.usage, finish: await said.finishReason };
}

function told(error) {
  const last = RetryError.isInstance(error) ? error.lastError : error;
  return {
    name: error.name,
    last: last.name,
    message: last.message,
    status: last.statusCode,
    code: last.data?.error?.code,
    asked: error.errors?.length ?? 1,
  };
}

const wish = JSON.parse(await text(process.stdin));
const calls = { image, chat };
const answer = await calls[wish.call](wish).catch((error) => ({ error: told(error) }));
process.stdout.write(JSON.stringify(answer));
