import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { deepEqual } from "../../protocol/patch/deepEqual.ts";
import { quantityValue } from "../resources/quantityValue.ts";

/** Members with a quantity or a map of quantities. The API server rewrites quantities (`0.5` becomes `500m`). */
const QUANTITY_MEMBERS = ["requests", "limits", "sizeLimit", "divisor"];

/** Members of a security context where false or zero differs from an absent member. The API server keeps them. */
const KEPT_MEMBERS = [
  "allowPrivilegeEscalation",
  "privileged",
  "readOnlyRootFilesystem",
  "runAsNonRoot",
  "runAsUser",
  "runAsGroup",
];

/**
 * Whether `found` has all fields of `wanted`, apart from changes that the API server and other webhooks make. Additional
 * members are ignored (defaults such as `terminationMessagePath`). Lists of objects may have additional elements (the
 * mount of a ServiceAccount token). Empty members may be missing. Quantities are compared by value. Lists of other
 * values, such as `args`, must be equal.
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
  const present = Object.hasOwn(found, key) ? found[key] : undefined;
  if (present === undefined) return isEmpty(value) && !KEPT_MEMBERS.includes(key);
  return QUANTITY_MEMBERS.includes(key) ? containsQuantities(present, value) : containsFields(present, value);
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

/** Whether Go's `omitempty` omits a value. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === false || value === 0 || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}
