import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";

/** What stands for a value of a Secret. It is not base64, so no API server takes it for the data of a Secret. */
export const NOT_SHOWN = "(not shown)";

/** kubectl keeps the whole object in this annotation. */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Members of a Secret that hold no secret value. */
export const OPEN_MEMBERS: readonly string[] = ["apiVersion", "kind", "metadata", "type", "immutable"];

/** Shorter values are in too many texts. */
const MIN_VALUE = 4;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Stands for a value until all are replaced. No value is this short. */
const PLACEHOLDER = "\0";

/**
 * A function that replaces each value of some Secrets in a text, as it is written and in base64. Values of fewer than 4
 * characters stay. `secrets` are the Secret before and after the mutators; null stands for none.
 */
export function secretMask(secrets: readonly (JsonObject | null)[]): (text: string) => string {
  const values = new Set<string>();
  for (const secret of secrets) if (secret !== null) visitMembers(secret);
  const longestFirst = [...values].sort((left, right) => right.length - left.length);
  return (text) => {
    const masked = longestFirst.reduce((left, value) => left.replaceAll(value, PLACEHOLDER), text);
    return masked === text ? text : masked.replaceAll(PLACEHOLDER, NOT_SHOWN);
  };

  function visitMembers(secret: JsonObject): void {
    for (const [key, member] of Object.entries(secret)) if (!OPEN_MEMBERS.includes(key)) visit(member);
    const last = lastApplied(secret);
    if (last !== undefined) visitMembers(last);
  }

  function visit(value: unknown): void {
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (isJsonObject(value)) for (const member of Object.values(value)) visit(member);
    else if (typeof value === "string") {
      addText(value);
      addText(Buffer.from(value).toString("base64"));
      if (BASE64.test(value)) addText(Buffer.from(value, "base64").toString());
    } else if (typeof value === "number" || typeof value === "bigint") addText(String(value));
  }

  /** A text as policies print it: as it is, without white space around it, and with escapes. */
  function addText(text: string): void {
    for (const form of [text, text.trim(), JSON.stringify(text).slice(1, -1)])
      if (form.length >= MIN_VALUE) values.add(form);
  }
}

function lastApplied({ metadata }: JsonObject): JsonObject | undefined {
  const annotations = isJsonObject(metadata) ? metadata.annotations : undefined;
  const text = isJsonObject(annotations) ? annotations[LAST_APPLIED] : undefined;
  if (typeof text !== "string") return undefined;
  try {
    const object: unknown = JSON.parse(text);
    return isJsonObject(object) ? object : undefined;
  } catch {
    return undefined;
  }
}
