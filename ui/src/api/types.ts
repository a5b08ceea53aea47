import type { Capabilities } from "../controls/picks";

/** Shapes of the gateway's JSON. Money is a decimal number of dollars; times are ISO 8601. */

export type Tier = "ultra" | "high" | "standard" | "fast";

export type ItemStatus =
  | "pending"
  | "expired"
  | "generating"
  | "complete"
  | "error"
  | "refused"
  | "unknown"
  | "cancelled";

/** A model that is tried when the one before it fails. */
export type Fallback = Pick<Rejected, "provider" | "model"> & { modelKey: string };

export interface Alternative {
  provider: string;
  model: string;
  modelKey: string;
  size: string;
  cost: number;
  maxCost: number;
  estimatedSeconds?: number | null;
  capabilities?: Capabilities | readonly string[];
  /** Who is tried after it, under its ceiling. */
  fallbacks?: readonly Fallback[];
}

export interface Rejected {
  provider: string;
  model: string;
  code: string;
  reason: string;
}

/** One call to a provider. A generation without attempts has not left the house yet. */
export interface Attempt {
  id: string;
  provider: string;
  model: string;
  state: string;
  charged: number;
  held: number;
  billed?: number;
  requestId?: string | null;
  durationMs?: number | null;
  error?: string;
}

/** One stored image. Links are absolute, or paths of the gateway. */
export interface ImageRef {
  id: string;
  url: string;
  downloadUrl: string;
  thumbnailUrl: string;
  /** What it shows; its prompt, until somebody says it better. */
  altText?: string;
  width?: number;
  height?: number;
  format?: string;
  bytes?: number;
  seed?: number | null;
}

/** What one call to a model cost and how it went; `cost` is what the person was charged. */
export interface LlmApiCall {
  id: string;
  type: string;
  provider: string;
  model: string;
  timestamp?: string;
  durationMs?: number | null;
  cost: number | null;
  success: boolean;
  error?: string | null;
  billed?: number | null;
  quoted?: number | null;
  attempts?: readonly Attempt[];
  requestId?: string | null;
  tokens?: { input: number; output: number };
  metadata?: { size?: string | null; quality?: string | null; style?: string | null } | null;
}

/** One quoted image, with its present status and, when bought, what came of it. */
export interface Item {
  id: string;
  quoteId?: string | null;
  status: ItemStatus;
  provider: string;
  model: string;
  modelKey: string;
  qualityTier: Tier;
  /** The quoted price; once it has ended, what was charged. */
  cost: number;
  quotedCost?: number;
  maxCost: number;
  prompt: string;
  size: string;
  style?: string | null;
  n?: number;
  /** What was asked for, as `POST /api/quotes` takes it. */
  request?: NewQuote;
  expiresAt?: string | null;
  startedAt?: string | null;
  estimatedSeconds?: number | null;
  constraints?: { maxSize?: string; supportedSizes?: string[]; supportsStyle?: boolean };
  /** What its model can be told. */
  capabilities?: Capabilities | readonly string[];
  fallbacks?: readonly Fallback[];
  availableAlternatives?: Alternative[];
  fallbackUsed?: boolean;
  originalProvider?: string | null;
  whyThisModel?: { tier: Tier; words: string[]; rejected: Rejected[] } | null;
  message?: string | null;
  error?: string | null;
  warnings?: string[];
  dismissed?: boolean;
  attempts?: readonly Attempt[];
  generationId?: string | null;
  imageUrl?: string | null;
  images?: ImageRef[];
  llmApiCall?: LlmApiCall | null;
}

/** Why a quote waits for its owner. No key: a client of the owner's that cannot ask them. */
export interface Asked {
  keyId: string | null;
  keyName: string | null;
  reason: string;
  at: string;
}

/** One line of `GET /api/quotes?waiting=true`. */
export interface WaitingItem extends Item {
  asked: Asked;
}

/** What a picture's file says of where it comes from. `source` and `xmp` are IPTC's NewsCodes. */
export interface Provenance {
  source: string | null;
  c2pa: "none" | "valid" | "invalid" | "unread";
  xmp: string | null;
  generator: string | null;
  signer: string | null;
  trusted: boolean;
  problems: readonly string[];
  summary: string;
  /** What a download adds to it. */
  download: "none" | "xmp" | "c2pa";
}

/** `GET /api/images/{id}`. No provenance: there is no file to read. */
export interface ImageDetails extends ImageRef {
  provenance?: Provenance | null;
}

export interface ChatMessage {
  id: string;
  role: string;
  content: string;
  imageGenerations?: Item[];
  llmApiCalls?: LlmApiCall[];
}

export interface Conversation {
  id: string;
  title?: string | null;
  messages: ChatMessage[];
}

/** One line of `GET /api/conversations`. */
export interface ConversationTitle {
  id: string;
  title: string | null;
  updatedAt: string;
  /** What a search found, with some words around it; absent where only the title has it. */
  match?: string;
}

/** Whoever is signed in; without sign-in the one local user. */
export interface User {
  id: string;
  name: string;
  email?: string | null;
  operator: boolean;
}

export interface SignInTerms {
  mode: "none" | "google" | "oidc";
  /** The gateway's path that begins a sign-in. */
  signIn?: string | null;
  /** Whom one signs in with: "Google". */
  label?: string | null;
}

export interface About {
  version: string;
  demo: boolean;
  chat: boolean;
  /** The chat models one may choose from, the house's own first. */
  chatModels?: readonly string[];
  /** Absent from gateways that know no sign-in. */
  auth?: SignInTerms;
  user: User | null;
}

/** What an API key may do. */
export type Scope = "quote" | "generate" | "read" | "chat";

/** A key's own limits, beside those of its owner; null limits nothing. Money is dollars. */
export interface KeyLimits {
  imagesPerHour: number | null;
  imagesPerDay: number | null;
  imagesPerMonth: number | null;
  moneyPerHour: number | null;
  moneyPerDay: number | null;
  moneyPerMonth: number | null;
}

export interface NewKey {
  name: string;
  scopes: Scope[];
  limits: Partial<KeyLimits>;
  /** Empty: every model. */
  models: string[];
  /** The most that one image may cost. */
  maxImageCost: number | null;
  expiresAt: string | null;
}

export interface ApiKey extends NewKey {
  id: string;
  lastFour: string;
  /** Neither revoked nor expired. */
  works: boolean;
  rotatedFrom: string | null;
  createdAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

/** The only answer that holds the key itself. */
export interface IssuedKey extends ApiKey {
  key: string;
}

/** One line of `GET /api/users`. Spent is dollars. */
export interface UserLine {
  id: string;
  name: string;
  email: string | null;
  operator: boolean;
  createdAt: string;
  seenAt: string;
  sessions: number;
  spentToday: number;
  spentTotal: number;
}

export interface Usage {
  today: { spent: number; held: number; images: number };
  limits: { dailyCost: number | null; imagesPerDay: number | null; imagesPerHour: number | null };
  remaining: { cost: number | null; imagesToday: number | null; imagesThisHour: number | null };
}

/** What calls to providers came to, whatever they are grouped by. */
export interface UsageLine {
  spent: number;
  images: number;
  attempts: number;
  /** Held by calls without an answer. */
  unknown: number;
  /** What providers billed beyond what was charged. */
  overrun?: number | null;
}

/** One limit in its present window; an amount is dollars or images. */
export interface UsageWindow {
  scope: "user" | "key" | "gateway";
  metric: "images" | "money";
  period: "hour" | "day" | "month";
  cap: number;
  /** Spent and held together; null where it would tell what others use. */
  used: number | null;
  held: number | null;
  remaining: number;
  resetsAt: string;
}

/** `GET /api/usage` in full: the last `days`, with today, in UTC. */
export interface UsageReport extends Usage {
  days: number;
  resetsAt: Record<UsageWindow["period"], string>;
  windows: UsageWindow[];
  unknown: number;
  overrun?: number | null;
  /** Only days on which something was asked for. */
  byDay: (UsageLine & { day: string })[];
  byProvider: (UsageLine & { provider: string })[];
  byModel: (UsageLine & { provider: string; model: string })[];
}

/** One line of `GET /api/providers`. */
export interface ProviderLine {
  provider: string;
  label: string;
  available: boolean;
  reason: string;
  code: string;
  breaker: {
    state: string;
    failures: number;
    threshold: number;
    nextProbeAt: string | null;
  };
  coolingUntil: string | null;
  modelsGone: { model: string; until?: string | null }[];
  /** Own calls since `since`; rates and times are null without any. */
  traffic: {
    since: string;
    attempts: number;
    succeeded: number;
    successRate: number | null;
    p50Ms: number | null;
    p95Ms: number | null;
  };
}

export interface Example {
  tier: Tier;
  prompt: string;
  cost: number;
  model: string;
  provider: string;
}

/** One model at one quality setting. */
export interface CatalogRow {
  modelKey: string;
  provider: string;
  model: string;
  tiers: readonly Tier[];
  /** What one image of 1024x1024 costs; null: unknown. */
  squareCost: number | null;
  operations: readonly string[];
  capabilities: Capabilities;
  available: boolean;
}

export interface Catalog {
  asOf: string;
  rows: readonly CatalogRow[];
}

export interface NewQuote {
  prompt: string;
  quality?: Tier;
  [setting: string]: unknown;
}

export interface GenerateImage {
  prompt: string;
  provider: string;
  model: string;
  modelKey: string;
  size: string;
  quality: Tier;
  style?: string;
  quoteId: string;
  candidate?: string;
}

export interface GeneratedImage {
  success: true;
  imageUrl: string;
  generationId: string;
  images: ImageRef[];
  provider: string;
  model: string;
  cost: number;
  fallbackUsed: boolean;
  originalProvider?: string | null;
  llmApiCall: LlmApiCall;
}
