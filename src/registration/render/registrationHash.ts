import { isJsonObject } from "../../protocol/Json.ts";
import type { RegistrationObject } from "./RegistrationObject.ts";

/**
 * `sha256:HEX` of objects as JSON, with the members of each in order. They are expected without an endpoint, and
 * without the annotation that is to hold the hash: so it is the same wherever the gate is served.
 */
export async function registrationHash(objects: readonly RegistrationObject[]): Promise<string> {
  const bytes = new TextEncoder().encode(canonical(objects));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `sha256:${[...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(",")}}`;
}
