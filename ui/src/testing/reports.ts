import type { ProviderLine, UsageReport, UsageWindow } from "../api/types";

export const aWindow = (changes: Partial<UsageWindow> = {}): UsageWindow => ({
  scope: "user",
  metric: "money",
  period: "day",
  cap: 10,
  used: 1.5,
  held: 0.5,
  remaining: 8.5,
  resetsAt: "2026-11-23T00:00:00Z",
  ...changes,
});

const WEEK = { spent: 1.25, images: 10, attempts: 12, unknown: 0, overrun: 0 };

/** A person's last days, until 22 Nov 2026. */
export const aReport = (changes: Partial<UsageReport> = {}): UsageReport => ({
  today: { spent: 1, held: 0.5, images: 8 },
  limits: { dailyCost: 10, imagesPerDay: null, imagesPerHour: null },
  remaining: { cost: 8.5, imagesToday: null, imagesThisHour: null },
  resetsAt: {
    hour: "2026-11-22T13:00:00Z",
    day: "2026-11-23T00:00:00Z",
    month: "2026-12-01T00:00:00Z",
  },
  windows: [aWindow()],
  days: 30,
  unknown: 0,
  overrun: 0,
  byDay: [
    { ...WEEK, day: "2026-11-20", spent: 0.25, images: 2 },
    { ...WEEK, day: "2026-11-22", spent: 1, images: 8 },
  ],
  byProvider: [
    { ...WEEK, provider: "gemini", spent: 0.05, images: 1 },
    { ...WEEK, provider: "openai", spent: 1.2, images: 9 },
  ],
  byModel: [{ ...WEEK, provider: "openai", model: "gpt-image-2.6-sunburst" }],
  ...changes,
});

export const aProvider = (changes: Partial<ProviderLine> = {}): ProviderLine => ({
  provider: "openai",
  label: "OpenAI",
  available: true,
  reason: "Operational",
  code: "operational",
  breaker: { state: "CLOSED", failures: 0, threshold: 5, nextProbeAt: null },
  coolingUntil: null,
  modelsGone: [],
  traffic: {
    since: "2026-11-21T12:00:00Z",
    attempts: 42,
    succeeded: 41,
    successRate: 0.9762,
    p50Ms: 6240,
    p95Ms: 35_400,
  },
  ...changes,
});
