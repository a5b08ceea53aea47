/** An answer that is not a success, or no answer (status 0), in words a person can read. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  /** When the limit that forbids it ends (ISO 8601), where one does. */
  readonly resetsAt: string | null;

  constructor(status: number, code: string, message: string, resetsAt: string | null = null) {
    super(message);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.resetsAt = resetsAt;
  }
}

export const unreachable = () =>
  new Problem(0, "unreachable", "The gateway does not answer. Is it running?");

/** Reads all error shapes of the gateway: `{error, code}` and RFC 9457's `{title, detail, code}`. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const fields = body !== null && typeof body === "object" ? (body as Record<string, unknown>) : {};
  const text = [fields.error, fields.detail, fields.title].find((part) => typeof part === "string");
  const code = typeof fields.code === "string" ? fields.code : `http_${response.status}`;
  return new Problem(
    response.status,
    code,
    typeof text === "string" ? text : `The gateway answered with status ${response.status}.`,
    typeof fields.resetsAt === "string" ? fields.resetsAt : null,
  );
}

export const asProblem = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem(0, "unexpected", String(error));
