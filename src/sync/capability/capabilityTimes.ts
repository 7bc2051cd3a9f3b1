import { isJsonObject } from "../../protocol/Json.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { jitterOf } from "../jitterOf.ts";

/** When a capability was issued and when it ends, in milliseconds since 1970. */
export interface CapabilityTimes {
  readonly issuedMs: number;
  readonly expiresMs: number;
}

/** A gate issues none that lives longer. One that says so would never be due. */
const MAX_LIFE_MS = 30 * 86_400_000;
/** The gate's clock may be ahead of this one. */
const MAX_AHEAD_MS = 300_000;
/** Renewals are spread over this part of the life. */
const SPREAD = 1 / 8;

/**
 * Reads the times of a capability from its payload (JWS, RFC 7515). **Nothing is verified**: only the gate can. The times tell
 * when to fetch the next one, and reports say when it ends. Undefined for any other text, and for times that no gate gives.
 */
export function capabilityTimes(token: string, now: number): CapabilityTimes | undefined {
  const { iat, exp } = payloadOf(token) ?? {};
  if (typeof iat !== "number" || typeof exp !== "number" || !Number.isSafeInteger(iat) || !Number.isSafeInteger(exp))
    return undefined;
  const [issuedMs, expiresMs] = [iat * 1_000, exp * 1_000];
  const isPossible = issuedMs >= 0 && issuedMs < expiresMs && expiresMs - issuedMs <= MAX_LIFE_MS;
  return isPossible && issuedMs <= now + MAX_AHEAD_MS ? { issuedMs, expiresMs } : undefined;
}

/** The payload of a compact JWS, without any verification. Undefined for any other text. */
export function payloadOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, payload = "", ...rest] = token.split(".");
  if (rest.length !== 1) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * When the next capability is fetched: at half of the life, and then at the time of the cluster within an eighth of it. So a
 * fleet whose capabilities were issued at one time asks for 3,000 new ones over three hours of a day, and not at once.
 */
export function renewalTime(
  { issuedMs, expiresMs }: CapabilityTimes,
  names: Pick<SyncGoal, "gate" | "cluster">,
): number {
  const lifeMs = expiresMs - issuedMs;
  return issuedMs + lifeMs / 2 + jitterOf(names, lifeMs * SPREAD);
}
