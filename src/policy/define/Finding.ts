/** The policy refuses the request. */
export interface Denial {
  readonly finding: "deny";
  readonly message: string;
  readonly code: number;
  readonly reason: string;
}

/** The client is told something, whatever the verdict. */
export interface Warning {
  readonly finding: "warn";
  readonly message: string;
}

/** The API server's audit log is told something, whatever the verdict. */
export interface Annotation {
  readonly finding: "annotate";
  readonly key: string;
  readonly value: string;
}

/** What a policy says of a review. Made by {@link deny}, {@link warn} and {@link annotate}; it counts only when returned. */
export type Finding = Denial | Warning | Annotation;

/** A finding that cannot be put on the wire. Thrown inside the policy that made it, which then denies by its name. */
export class FindingError extends Error {
  readonly code = "bad-finding";
  constructor(message: string) {
    super(message);
    this.name = "FindingError";
  }
}

/** `metav1.StatusReason` of the codes that a policy is likely to choose. */
const REASONS: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "Gone",
  413: "RequestEntityTooLarge",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/**
 * Refuses the request. `code` becomes the HTTP status that the API server's client sees: 400 to 599, 403 when not
 * given; `reason` is a `metav1.StatusReason`, by default the one that belongs to the code.
 */
export function deny(message: string, options: { code?: number; reason?: string } = {}): Denial {
  return denial(message, options.code, options.reason);
}

function denial(message: unknown, code: unknown = 403, reason?: unknown): Denial {
  if (typeof message !== "string" || message === "") throw new FindingError("deny needs a message");
  if (typeof code !== "number" || !Number.isInteger(code) || code < 400 || code > 599)
    throw new FindingError(`deny: code ${String(code)} is not between 400 and 599`);
  const why = reason ?? REASONS[code] ?? "Forbidden";
  if (typeof why !== "string") throw new FindingError("deny: the reason is not a string");
  return { finding: "deny", message, code, reason: why };
}

/** Tells the client something without refusing. The policy's name is put in front; 256 characters reach the client. */
export function warn(message: string): Warning {
  return warning(message);
}

function warning(message: unknown): Warning {
  if (typeof message !== "string" || message === "") throw new FindingError("warn needs a message");
  return { finding: "warn", message };
}

/** The name part of a qualified name, as the API server demands of audit annotation keys; 30 leaves room for the policy's name. */
const KEY = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,28}[A-Za-z0-9])?$/;

/** Adds an audit annotation. It is recorded as `WEBHOOK/POLICY.KEY`; `key` has at most 30 letters, digits, `-`, `_` and `.`. */
export function annotate(key: string, value: string): Annotation {
  return annotation(key, value);
}

function annotation(key: unknown, value: unknown): Annotation {
  if (typeof key !== "string" || !KEY.test(key))
    throw new FindingError(
      `annotate: ${JSON.stringify(key)} is not a key of 1 to 30 letters, digits, "-", "_" and "."`,
    );
  if (typeof value !== "string") throw new FindingError(`annotate: the value of ${key} is not a string`);
  return { finding: "annotate", key, value };
}

/**
 * The finding that a policy returned, copied, so that one written by hand keeps the rules of {@link deny}, {@link warn} and
 * {@link annotate} and no getter of its runs later; undefined for any other value. Throws {@link FindingError}.
 */
export function findingOf(returned: unknown): Finding | undefined {
  if (typeof returned !== "object" || returned === null || !("finding" in returned)) return undefined;
  const field = (name: string): unknown => Reflect.get(returned, name);
  switch (returned.finding) {
    case "deny":
      return denial(field("message"), field("code"), field("reason"));
    case "warn":
      return warning(field("message"));
    case "annotate":
      return annotation(field("key"), field("value"));
    default:
      return undefined;
  }
}
