import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { deepEqual } from "../../protocol/patch/deepEqual.ts";
import { quantityValue } from "../resources/quantityValue.ts";

/** Members that hold quantities, or a map of them; the API server writes those in its own way (`0.5` becomes `500m`). */
const QUANTITIES = ["requests", "limits", "sizeLimit", "divisor"];

/** Members of a security context where false or zero is not the same as nothing said; the API server keeps what they hold. */
const KEPT = [
  "allowPrivilegeEscalation",
  "privileged",
  "readOnlyRootFilesystem",
  "runAsNonRoot",
  "runAsUser",
  "runAsGroup",
];

/**
 * Whether `found` still says what `wanted` says, after the API server and other webhooks had their hands on it: members
 * that are not wanted are ignored (defaults such as `terminationMessagePath`), elements may have been added to lists of
 * objects (the mount of a ServiceAccount's token), empty members may have been left out, and quantities are compared by
 * value. Lists of plain values, such as `args`, must be the same.
 */
export function containsFields(found: unknown, wanted: unknown): boolean {
  if (isJsonObject(wanted))
    return isJsonObject(found) && Object.keys(wanted).every((key) => containsMember(found, wanted, key));
  if (!Array.isArray(wanted) || !Array.isArray(found)) return deepEqual(found, wanted);
  return wanted.every(isJsonObject) ? containsInOrder(found, wanted) : deepEqual(found, wanted);
}

function containsMember(found: JsonObject, wanted: JsonObject, key: string): boolean {
  const value = wanted[key];
  if (value === undefined) return true;
  const there = Object.hasOwn(found, key) ? found[key] : undefined;
  if (there === undefined) return isEmpty(value) && !KEPT.includes(key);
  return QUANTITIES.includes(key) ? containsQuantities(there, value) : containsFields(there, value);
}

function containsQuantities(found: unknown, wanted: unknown): boolean {
  if (isJsonObject(wanted))
    return (
      isJsonObject(found) &&
      Object.keys(wanted).every((key) => Object.hasOwn(found, key) && containsQuantities(found[key], wanted[key]))
    );
  const value = quantityValue(wanted);
  return value !== undefined && value === quantityValue(found);
}

function containsInOrder(found: readonly unknown[], wanted: readonly unknown[]): boolean {
  let next = 0;
  for (const element of found) if (next < wanted.length && containsFields(element, wanted[next])) next += 1;
  return next === wanted.length;
}

/** What Go's `omitempty` leaves out. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === false || value === 0 || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}
