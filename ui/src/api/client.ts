import { problemOf, unreachable } from "./problems";
import { noteReach } from "./reach";
import { sessionEnded, withToken } from "./session";

/** The gateway: `VITE_API_BASE` when it lives elsewhere, else where this page came from. */
export const apiUrl = (path: string): string =>
  new URL(path.replace(/^\//, ""), import.meta.env.VITE_API_BASE ?? document.baseURI).href;

/** `fetch` against the gateway; throws a `Problem` for every answer that is not a success. */
export async function send(path: string, init?: RequestInit): Promise<Response> {
  const headers = withToken(init?.headers);
  const response = await fetch(apiUrl(path), { ...init, headers }).catch((error: unknown) => {
    if (init?.signal?.aborted) throw error;
    noteReach(false);
    throw unreachable();
  });
  noteReach(true);
  if (response.status === 401) sessionEnded();
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await send(path, { signal })).json()) as T;
}

export const postRequest = (body: unknown, signal?: AbortSignal): RequestInit => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
  signal,
});

export async function postJson<T>(path: string, body: unknown = {}): Promise<T> {
  return (await (await send(path, postRequest(body))).json()) as T;
}

export async function patchJson<T>(path: string, body: unknown): Promise<T> {
  return (await (await send(path, { ...postRequest(body), method: "PATCH" })).json()) as T;
}

export async function deleteJson<T>(path: string): Promise<T> {
  return (await (await send(path, { method: "DELETE" })).json()) as T;
}

/** For what is answered without a body. */
export async function deleteNothing(path: string): Promise<void> {
  await send(path, { method: "DELETE" });
}
