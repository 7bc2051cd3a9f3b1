import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { matchesGlob } from "../../protocol/matchesGlob.ts";
import type { RedactionSettings } from "./RecordSettings.ts";

/** What stands for a value that is removed. */
export const REDACTED = "[redacted]";

/** Objects of Kubernetes are 20 levels deep at most; custom resources can be deeper. */
const MAX_DEPTH = 64;

/** Has the whole object again, with the data of a Secret and the values of environment variables. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * A copy of an object without what should not be in a record:
 *
 * | part | what is left |
 * |---|---|
 * | `data`, `stringData` and the annotations of a Secret | the keys |
 * | the annotation `kubectl.kubernetes.io/last-applied-configuration` | the key |
 * | the token of a TokenReview or TokenRequest | the key |
 * | the `value` of an element of any list whose `name` matches: an environment variable, an HTTP header, a parameter | the name |
 * | a value of the object `env` whose key matches | the key |
 * | the value of an annotation that matches | the key |
 * | `managedFields` | nothing |
 * | what is deeper than 64 levels | `[redacted]` |
 *
 * Arguments, commands and other fields stay as they are. `isSecret`: the object is a Secret, whatever its own `kind` is.
 */
export function redactedObject(object: JsonObject, settings: RedactionSettings, isSecret = false): JsonObject {
  const copy = redacted(object, "", { settings, depth: 0, within: isSecret ? "secret" : undefined });
  return isJsonObject(copy) ? copy : {};
}

interface Place {
  readonly settings: RedactionSettings;
  readonly depth: number;
  /** The innermost object around it that has secrets of its own. */
  readonly within: "secret" | "token" | undefined;
}

function redacted(value: unknown, member: string, { settings, depth, within }: Place): unknown {
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? Number(value) : value;
  if (depth >= MAX_DEPTH) return REDACTED;
  if (Array.isArray(value))
    return value.map((element) =>
      withoutValue(redacted(element, "", { settings, depth: depth + 1, within }), member, settings),
    );
  const kind = kindOf(value) ?? within;
  const isSecret = kind === "secret";
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, one] of Object.entries(value)) {
    if (key === "managedFields") continue;
    const isData = (key === "data" || key === "stringData") && (depth === 0 || kindOf(value) === "secret");
    if (isSecret && (isData || (key === "annotations" && member === "metadata"))) copy[key] = redactAll(one);
    else if ((kind === "token" && key === "token") || isRedacted(key, one, member, settings)) copy[key] = REDACTED;
    else copy[key] = redacted(one, key, { settings, depth: depth + 1, within: kind });
  }
  return { ...copy };
}

function kindOf(value: object): "secret" | "token" | undefined {
  if (!("kind" in value) || !("apiVersion" in value) || typeof value.apiVersion !== "string") return undefined;
  if (value.kind === "Secret" && value.apiVersion === "v1") return "secret";
  const isToken = value.kind === "TokenReview" || value.kind === "TokenRequest";
  return isToken && value.apiVersion.startsWith("authentication.k8s.io/") ? "token" : undefined;
}

/** Whether a member of the object `member` has a value that is removed. */
function isRedacted(key: string, value: unknown, member: string, { env, annotations }: RedactionSettings): boolean {
  if (member === "annotations")
    return key === LAST_APPLIED || annotations.some((pattern) => matchesInAnyCase(pattern, key));
  return member === "env" && typeof value !== "object" && env.some((pattern) => matchesInAnyCase(pattern, key));
}

/**
 * An element of a list without its value, where its name matches (`core/v1` EnvVar, HTTPHeader, and their like in custom
 * resources). In a list `env` also where it has no name.
 */
function withoutValue(element: unknown, member: string, { env }: RedactionSettings): unknown {
  if (!isJsonObject(element) || element.value === undefined) return element;
  const { name } = element;
  const isKept = typeof name === "string" ? !env.some((pattern) => matchesInAnyCase(pattern, name)) : member !== "env";
  return isKept ? element : { ...element, value: REDACTED };
}

function redactAll(data: unknown): unknown {
  if (!isJsonObject(data)) return REDACTED;
  return Object.fromEntries(Object.keys(data).map((key) => [key, REDACTED]));
}

function matchesInAnyCase(pattern: string, name: string): boolean {
  return matchesGlob(pattern.toLowerCase(), name.toLowerCase());
}
