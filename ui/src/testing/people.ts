import type { About, ApiKey, IssuedKey, UserLine } from "../api/types";

export const ADA = { id: "usr_ada", name: "Ada", email: "ada@studio.example", operator: false };

/** A house where Ada is signed in with Google. */
export const aHouse = (changes: Partial<About> = {}): About => ({
  version: "0.1.0",
  demo: false,
  chat: true,
  auth: { mode: "google", signIn: "/auth/login", label: "Google" },
  user: ADA,
  ...changes,
});

let made = 0;

export function aKey(changes: Partial<ApiKey> = {}): ApiKey {
  return {
    id: `key_${++made}`,
    name: "nightly posters",
    lastFour: "Qx7Z",
    works: true,
    scopes: ["quote", "generate"],
    limits: { ...NO_LIMITS, imagesPerDay: 50, moneyPerDay: 5 },
    models: [],
    maxImageCost: null,
    expiresAt: new Date(Date.now() + 90 * 86_400_000).toISOString(),
    rotatedFrom: null,
    createdAt: new Date().toISOString(),
    lastUsedAt: null,
    revokedAt: null,
    ...changes,
  };
}

const NO_LIMITS = {
  imagesPerHour: null,
  imagesPerDay: null,
  imagesPerMonth: null,
  moneyPerHour: null,
  moneyPerDay: null,
  moneyPerMonth: null,
};

export const issued = (key: ApiKey): IssuedKey => ({ ...key, key: `aqt_secret${key.lastFour}` });

export const aUser = (changes: Partial<UserLine> = {}): UserLine => ({
  ...ADA,
  createdAt: "2026-11-01T12:00:00Z",
  seenAt: new Date().toISOString(),
  sessions: 2,
  spentToday: 1.5,
  spentTotal: 20.25,
  ...changes,
});
