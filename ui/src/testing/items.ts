import type { Item, LlmApiCall } from "../api/types";

let made = 0;

/** A quote at today's prices, with an id of its own. */
export function anItem(changes: Partial<Item> = {}): Item {
  const id = changes.id ?? `quote_${++made}`;
  return {
    id,
    quoteId: `token-of-${id}`,
    status: "pending",
    provider: "openai",
    model: "gpt-image-2.6-sunburst",
    modelKey: "openai-gpt-image-2.6-sunburst-xhigh",
    qualityTier: "ultra",
    cost: 0.0937,
    quotedCost: 0.0937,
    maxCost: 0.0958,
    prompt: "A photorealistic sunset over mountains",
    size: "1024x1024",
    style: null,
    n: 1,
    request: { prompt: "A photorealistic sunset over mountains", n: 1 },
    expiresAt: new Date(Date.now() + 900_000).toISOString(),
    estimatedSeconds: 35,
    constraints: {
      maxSize: "3840x2160",
      supportedSizes: ["1024x1024", "1536x1024"],
      supportsStyle: false,
    },
    availableAlternatives: [
      {
        provider: "replicate",
        model: "flux-1.1-pro-ultra",
        modelKey: "replicate-flux-1.1-pro-ultra",
        size: "1024x768",
        cost: 0.06,
        maxCost: 0.0612,
        estimatedSeconds: 12,
      },
    ],
    fallbackUsed: false,
    whyThisModel: {
      tier: "ultra",
      words: ["photorealistic"],
      rejected: [
        {
          provider: "gemini",
          model: "gemini-3-pro-image",
          code: "no_key",
          reason: "API key not configured",
        },
      ],
    },
    warnings: [],
    ...changes,
  };
}

export function aCall(changes: Partial<LlmApiCall> = {}): LlmApiCall {
  return {
    id: `img_gen_${++made}`,
    type: "image_generation",
    provider: "openai",
    model: "gpt-image-2.6-sunburst",
    durationMs: 6200,
    cost: 0.0937,
    quoted: 0.0937,
    billed: 0.0937,
    success: true,
    attempts: [],
    requestId: "req_1",
    metadata: { size: "1024x1024", quality: "xhigh", style: null },
    ...changes,
  };
}

/** The item after its image came. */
export function bought(item: Item, changes: Partial<Item> = {}): Item {
  const path = `/api/images/image-of-${item.id}`;
  return {
    ...item,
    status: "complete",
    generationId: `gen-of-${item.id}`,
    imageUrl: `${path}/content`,
    images: [
      {
        id: `image-of-${item.id}`,
        url: `${path}/content`,
        downloadUrl: `${path}/download`,
        thumbnailUrl: `${path}/thumbnail`,
      },
    ],
    llmApiCall: aCall(),
    ...changes,
  };
}
