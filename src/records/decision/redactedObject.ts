import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { matchesGlob } from "./matchesGlob.ts";
import type { RedactionSettings } from "./RecordSettings.ts";

/** What stands for a value that is removed. */
export const REDACTED = "[redacted]";

/** Objects of Kubernetes are 20 levels deep at most; custom resources can be deeper. */
const MAX_DEPTH = 64;

/**
 * A copy of an object without what should not be in a record:
 *
 * | part | what is left |
 * |---|---|
 * | `data` and `stringData` of a Secret | the keys |
 * | the `value` of an environment variable whose name matches | the name |
 * | the value of an annotation that matches | the key |
 * | `managedFields` | nothing |
 * | what is deeper than 64 levels | `[redacted]` |
 *
 * Arguments, commands and other fields stay as they are.
 */
export function redactedObject(object: JsonObject, settings: RedactionSettings): JsonObject {
  const copy = redacted(object, "", { settings, depth: 0 });
  return isJsonObject(copy) ? copy : {};
}

interface Place {
  readonly settings: RedactionSettings;
  readonly depth: number;
}

function redacted(value: unknown, member: string, { settings, depth }: Place): unknown {
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? Number(value) : value;
  if (depth >= MAX_DEPTH) return REDACTED;
  const inner = { settings, depth: depth + 1 };
  if (Array.isArray(value)) return value.map((element) => withoutEnv(redacted(element, "", inner), member, settings));
  const isSecret = "kind" in value && value.kind === "Secret" && "apiVersion" in value && value.apiVersion === "v1";
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, one] of Object.entries(value)) {
    if (key === "managedFields") continue;
    if (isSecret && (key === "data" || key === "stringData")) copy[key] = redactAll(one);
    else if (member === "annotations" && settings.annotations.some((pattern) => matchesGlob(pattern, key)))
      copy[key] = REDACTED;
    else copy[key] = redacted(one, key, inner);
  }
  return { ...copy };
}

/** An element of a list `env` without its value, where the name of the variable matches (`core/v1` EnvVar). */
function withoutEnv(element: unknown, member: string, { env }: RedactionSettings): unknown {
  if (member !== "env" || !isJsonObject(element) || element.value === undefined) return element;
  const { name } = element;
  const isNamed = typeof name === "string" && !env.some((pattern) => matchesGlob(pattern, name));
  return isNamed ? element : { ...element, value: REDACTED };
}

function redactAll(data: unknown): unknown {
  if (!isJsonObject(data)) return REDACTED;
  return Object.fromEntries(Object.keys(data).map((key) => [key, REDACTED]));
}
