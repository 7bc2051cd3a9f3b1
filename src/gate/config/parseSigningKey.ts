import type { JWK } from "jose";
import { isJsonObject } from "../../protocol/Json.ts";
import { GateConfigError } from "./GateConfigError.ts";

/** The gate's signing key from an environment variable: a JWK as JSON. Nothing when it is not set; throws when it is no JSON object, without repeating it. */
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
