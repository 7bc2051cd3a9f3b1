import { PolicyUseError } from "./PolicyUseError.ts";

/** The policy denies the request. */
export interface Denial {
  readonly finding: "deny";
  readonly message: string;
  readonly code: number;
  readonly reason: string;
  /** The path of the part of the object that the finding is about, as `ctx.path()` writes it. */
  readonly at?: string;
}

/** A message for the client, with any verdict. */
export interface Warning {
  readonly finding: "warn";
  readonly message: string;
  /** As in {@link Denial}. */
  readonly at?: string;
}

/** An entry for the API server's audit log, with any verdict. */
export interface Annotation {
  readonly finding: "annotate";
  readonly key: string;
  readonly value: string;
}

/** What a policy reports about an object. Made by {@link deny}, {@link warn} and {@link annotate}. Only returned findings have an effect. */
export type Finding = Denial | Warning | Annotation;

/** A finding that cannot be sent. Thrown inside the policy that makes it; the policy then counts as failed. */
export class FindingError extends PolicyUseError {
  constructor(message: string) {
    super("FindingError", "bad-finding", message);
  }
}

declare global {
  /** The calls of deny and warn in this process, by all copies of this module: a bundled gate has its own. */
  var posternFindingsMade: number | undefined;
}

/**
 * How often {@link deny} and {@link warn} were called. The engine compares the number before and after it calls a policy,
 * and sees that one made findings and returned none.
 */
export function findingsMade(): number {
  return globalThis.posternFindingsMade ?? 0;
}

/** The `metav1.StatusReason` of common codes. */
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
 * Denies the request. `code` is the HTTP status for the client of the API server, from 400 to 599. Default: 403.
 * `reason` is a `metav1.StatusReason`. Default: the reason of the code. `at` is the path of what the denial is about, as
 * `ctx.path()` writes it: an update is not denied for a part that the object had before. The client reads
 * `POLICY: MESSAGE`; one finding for each fault makes a list. Throws {@link FindingError} for an empty message and for
 * another code.
 */
export function deny(message: string, options: { code?: number; reason?: string; at?: string } = {}): Denial {
  globalThis.posternFindingsMade = findingsMade() + 1;
  return denial(message, options);
}

type FieldOf = Readonly<Record<string, unknown>>;

function isFieldOf(value: unknown): value is FieldOf {
  return typeof value === "object" && value !== null;
}

function denial(message: unknown, { code = 403, reason, at }: FieldOf): Denial {
  if (typeof message !== "string" || message === "") throw new FindingError("deny requires a message");
  if (typeof code !== "number" || !Number.isInteger(code) || code < 400 || code > 599)
    throw new FindingError(`deny: code ${typeof code === "number" ? code : typeof code} is not between 400 and 599`);
  const statusReason = reason ?? REASONS[code] ?? "Forbidden";
  if (typeof statusReason !== "string") throw new FindingError("deny: the reason is not a string");
  const place = placeOf("deny", at);
  return place === undefined
    ? { finding: "deny", message, code, reason: statusReason }
    : { finding: "deny", message, code, reason: statusReason, at: place };
}

function placeOf(maker: string, at: unknown): string | undefined {
  if (at !== undefined && typeof at !== "string")
    throw new FindingError(`${maker}: at is not a string; ctx.path() makes it`);
  return at;
}

/**
 * Sends a message to the client without a denial. The policy's name is the prefix; at most 256 characters reach the
 * client. Throws {@link FindingError} for an empty message.
 */
export function warn(message: string, options: { at?: string } = {}): Warning {
  globalThis.posternFindingsMade = findingsMade() + 1;
  return warning(message, options.at);
}

function warning(message: unknown, at: unknown): Warning {
  if (typeof message !== "string" || message === "") throw new FindingError("warn requires a message");
  const place = placeOf("warn", at);
  return place === undefined ? { finding: "warn", message } : { finding: "warn", message, at: place };
}

/** The name part of a qualified name, which the API server requires for audit annotation keys. 30 characters leave room for the policy's name. */
const KEY = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,28}[A-Za-z0-9])?$/;

/**
 * Adds the audit annotation `WEBHOOK/POLICY.KEY`. `key` has at most 30 letters, digits, `-`, `_` and `.`. Throws
 * {@link FindingError} for another key.
 */
export function annotate(key: string, value: string): Annotation {
  return annotation(key, value);
}

function annotation(key: unknown, value: unknown): Annotation {
  if (typeof key !== "string" || !KEY.test(key))
    throw new FindingError('annotate: the key is not 1 to 30 letters, digits, "-", "_" and "."');
  if (typeof value !== "string") throw new FindingError("annotate: the value is not a string");
  return { finding: "annotate", key, value };
}

/**
 * Copies a finding that a policy returned; undefined for any other value. The copy has the rules of {@link deny},
 * {@link warn} and {@link annotate} applied, and no getter of the original runs later. Throws {@link FindingError}.
 */
export function findingOf(returned: unknown): Finding | undefined {
  if (!isFieldOf(returned) || !("finding" in returned)) return undefined;
  switch (returned.finding) {
    case "deny":
      return denial(returned.message, returned);
    case "warn":
      return warning(returned.message, returned.at);
    case "annotate":
      return annotation(returned.key, returned.value);
    default:
      return undefined;
  }
}
