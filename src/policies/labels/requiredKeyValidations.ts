import { formatPath } from "../../policy/define/formatPath.ts";
import type { KubernetesObject } from "../../policy/define/ResourceTypes.ts";
import type { LinearPattern } from "../../policy/pattern/linearPattern.ts";
import type {
  MessageScope,
  Validation,
  ValidationBuilder,
  ValidationScope,
} from "../../policy/validations/Validation.ts";
import type { RequiredKey } from "./RequiredKeys.ts";

/** Where required keys are, and what is said of one that is absent, or whose value does not match. */
export interface RequiredKeyRule {
  readonly list: "labels" | "annotations";
  /** A longer value matches no pattern, in UTF-16 code units. */
  readonly maxLength: number;
  readonly message: (object: KubernetesObject, scope: MessageScope<unknown, unknown, RequiredKeyData>) => string;
}

/** What the functions of a required key know. */
export interface RequiredKeyData {
  readonly list: "labels" | "annotations";
  readonly key: string;
  readonly pattern: LinearPattern | undefined;
  readonly maxLength: number;
  /** What a message adds about the value. Empty without a pattern. */
  readonly rule: string;
  /** The path of the key, and of the map that it is in, in an object that is no template. */
  readonly path: string;
  readonly map: string;
  /** The length of the end of a path that names the key. */
  readonly keyLength: number;
}

/** A validation for each required key. */
export function requiredKeyValidations(
  on: ValidationBuilder<KubernetesObject, unknown>,
  required: readonly RequiredKey[],
  { list, maxLength, message }: RequiredKeyRule,
): readonly Validation[] {
  return required.map(({ key, pattern }) => {
    const at = ["metadata", list, key];
    const [path, map] = [formatPath(at), formatPath(at.slice(0, -1))];
    const rule = pattern === undefined ? "" : ` with a value that matches ${pattern.source}`;
    return on("", {
      data: { list, key, pattern, maxLength, rule, path, map, keyLength: path.length - map.length },
      fault: isUnmet,
      at,
      message,
    });
  });
}

/** Whether a required key is absent, or its value does not match. */
function isUnmet(
  { metadata }: KubernetesObject,
  { data }: ValidationScope<unknown, unknown, RequiredKeyData>,
): boolean {
  const value = metadata?.[data.list]?.[data.key];
  if (typeof value !== "string") return true;
  if (data.pattern === undefined) return false;
  const text = value ?? "";
  return text.length > data.maxLength || !data.pattern.test(text);
}
