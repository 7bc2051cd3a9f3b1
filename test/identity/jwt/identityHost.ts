import type { IdentityCall, IdentityHost } from "../../../src/identity/IdentityTier.ts";
import type { Log, LogLevel, LogProperties } from "../../../src/telemetry/Log.ts";

/** A line of the log. */
export interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly properties: LogProperties | undefined;
}

/** A host whose clock a test sets. */
export interface TestHost extends IdentityHost {
  readonly lines: readonly Line[];
  /** Milliseconds since 1970. */
  at: number;
}

/** 2026-01-01. */
export const START = Date.UTC(2026, 0, 1);

/** Makes a host. Without `fetch` nothing may be fetched. */
export function identityHost(parts: Partial<Pick<IdentityHost, "fetch" | "hasRegistration">> = {}): TestHost {
  const lines: Line[] = [];
  const line =
    (level: LogLevel): Log["warn"] =>
    (message, properties) =>
      lines.push({ level, message, properties });
  const host: TestHost = {
    at: START,
    lines,
    now: () => host.at,
    log: { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") },
    fetch: parts.fetch ?? (() => Promise.reject(new Error("no call is expected"))),
    env: {},
    hasRegistration: parts.hasRegistration ?? (() => false),
  };
  return host;
}

export const CALLED_URL = "https://gate.example.com/c/production/validate/pods";

/** A call with a bearer token. */
export function callWith(token: string | null, parts: Partial<IdentityCall> = {}): IdentityCall {
  return {
    purpose: "validate",
    url: CALLED_URL,
    token: undefined,
    authorization: token === null ? null : `Bearer ${token}`,
    certificate: () => undefined,
    isHostKnown: true,
    isKnownOnly: false,
    ...parts,
  };
}
