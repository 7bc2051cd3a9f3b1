import { isJsonObject } from "../../protocol/Json.ts";
import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";

/** What stands for a value that is not reported. */
const HIDDEN = "(not shown)";
/** Shorter texts are in too many values to say where one comes from. */
const MIN_PART = 4;
const SENSITIVE_KEY = /pass|secret|token|credential|private|api[-_]?key|last-applied/i;
/** Members whose texts often hold secrets: `env[].value`, and the command line of a container. */
const SENSITIVE_LIST = ["env", "args", "command"];
/** Members that say what something is called, and hold no secret although their name may sound so. */
const NAMES = ["name", "key", "kind", "apiVersion", "mountPath", "secretName"];

/** Who sees a patch. */
export interface PatchReader {
  /** Whether they have the object before the mutator, so that copies of its texts need not be hidden. Default: false. */
  readonly hasObject?: boolean;
}

/**
 * A patch as logs, audit annotations and people may see it. `before` is the object before the mutator. Not shown are the
 * texts at sensitive places (values of `env`, `args`, `command`, keys such as `password`), copies of these elsewhere, and
 * in an object or a list that the mutator put in, texts that the object had already under the same key, except names. Of a Secret no value is shown.
 *
 * A reader who has the object also sees the texts that it had already, and what a mutator writes into `args` and `command`.
 */
export function reportedPatch(
  before: unknown,
  patch: readonly PatchOperation[],
  isSecret: boolean,
  { hasObject = false }: PatchReader = {},
): readonly PatchOperation[] {
  const all = new Set<string>();
  const secrets: string[] = [];
  visit(before, []);
  return patch.map((operation) => {
    if (!("value" in operation)) return operation;
    const { path, value } = operation;
    return { ...operation, value: shown(value, path.split("/"), typeof value !== "object") };
  });

  function visit(value: unknown, path: readonly string[]): void {
    if (typeof value === "string") {
      all.add(placed(value, path));
      if (value.length >= MIN_PART && isSensitive(path) && (!hasObject || hasSecretName(path))) secrets.push(value);
    } else if (typeof value === "object" && value !== null) {
      // The value of an environment variable is as sensitive as its name sounds.
      const inner = path.at(-2) === "env" && "name" in value ? [...path, String(value.name)] : path;
      for (const [key, member] of Object.entries(value)) visit(member, [...inner, key]);
    }
  }

  /** `isWritten`: the mutator wrote this value, and did not put it in with others. */
  function shown(value: unknown, path: readonly string[], isWritten: boolean): unknown {
    if (Array.isArray(value)) return value.map((member, index) => shown(member, [...path, String(index)], false));
    if (isJsonObject(value))
      return Object.fromEntries(
        Object.entries(value).map(([key, member]) => [key, shown(member, [...path, key], false)]),
      );
    if (isSecret) return HIDDEN;
    if (typeof value !== "string") return value;
    const isOld = !isWritten && path.at(-1) !== "name" && all.has(placed(value, path));
    const isHidden = hasObject && isCommandLine(path) ? isOld : isSensitive(path) || (isOld && !hasObject);
    return isHidden || secrets.some((text) => value.includes(text)) ? HIDDEN : value;
  }
}

function isSensitive(path: readonly string[]): boolean {
  const key = path.at(-1) ?? "";
  const list = path.findLast((it) => SENSITIVE_LIST.includes(it));
  if (list !== undefined && (list !== "env" || key === "value")) return true;
  return !NAMES.includes(key) && hasSecretName(path);
}

function hasSecretName(path: readonly string[]): boolean {
  return path.some((it) => SENSITIVE_KEY.test(it));
}

function isCommandLine(path: readonly string[]): boolean {
  return ["args", "command"].includes(path.findLast((it) => SENSITIVE_LIST.includes(it)) ?? "");
}

/** A text with the key that it is at, or that its list is at. */
function placed(value: string, path: readonly string[]): string {
  return `${path.findLast((it) => !/^\d+$/.test(it))} ${value}`;
}
