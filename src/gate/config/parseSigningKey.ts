import type { JWK } from "jose";
import { isJsonObject } from "../../protocol/Json.ts";
import { GateConfigError } from "./GateConfigError.ts";

/**
 * Reads the gate's signing key from an environment variable: a JWK as JSON. Empty when the variable is not set. Throws
 * {@link GateConfigError} when the text is not a JSON object; the error never repeats it.
 */
export function parseSigningKey(json: string | undefined): { signingKey?: JWK } {
  if (json === undefined || json === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new GateConfigError("signingKey", "is not JSON; expected a private Ed25519 JWK");
  }
  if (!isJsonObject(value))
    throw new GateConfigError("signingKey", "is not a JSON object; expected a private Ed25519 JWK");
  return { signingKey: { ...value } };
}
