import { payloadOf } from "./capabilityTimes.ts";

/** A projected token has about 1,000 characters. */
export const MAX_TOKEN_LENGTH = 16_384;

/**
 * Why the token of a ServiceAccount is not sent to the gate whose audience is given, as the end of a sentence. Undefined for one that
 * may be. Nothing is verified.
 */
export function tokenFault(token: string, audience: string): string | undefined {
  const payload = token.length <= MAX_TOKEN_LENGTH && /^[\w.-]+$/.test(token) ? payloadOf(token) : undefined;
  if (payload === undefined) return "is not a JWT";
  const audiences = [payload.aud].flat();
  // Each of several audiences could use it as well.
  if (audiences.length === 1 && audiences[0] === audience) return undefined;
  return `is not for the audience ${audience} alone: it is not sent`;
}
