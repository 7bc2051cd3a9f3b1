import { quantityValue } from "../../policy/quantity/quantityValue.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { deepEqual } from "../../protocol/patch/deepEqual.ts";
import { TOKEN_PATH } from "./dropForgedTokenMounts.ts";

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

/** What the API server sets in a declared part where it is absent (pkg/apis/core/v1/defaults.go). */
const DEFAULTS: Readonly<Record<string, readonly unknown[]>> = {
  apiVersion: ["v1"],
  defaultMode: [420],
  expirationSeconds: [3600],
  failureThreshold: [3],
  imagePullPolicy: ["Always", "IfNotPresent"],
  path: ["/"],
  periodSeconds: [10],
  procMount: ["Default"],
  protocol: ["TCP", "HTTP1"],
  pullPolicy: ["Always", "IfNotPresent"],
  scheme: ["HTTP"],
  successThreshold: [1],
  terminationMessagePath: ["/dev/termination-log"],
  terminationMessagePolicy: ["File"],
  timeoutSeconds: [1],
  volumeMode: ["Filesystem"],
};

/**
 * Makes an element of a Pod what is declared: returns `found` without what is neither declared nor set by the API server
 * and its own plugins; undefined when it lacks something declared, or has another value of it.
 *
 * Kept are the API server's defaults, the mount of the ServiceAccount's token, and requests and limits that are not
 * declared, which a LimitRange sets. `isHostNetwork` says whether the Pod has the network of its node: only then the API
 * server sets host ports. Quantities are compared by value, and empty members may be missing.
 */
export function asDeclared(found: unknown, declared: unknown, isHostNetwork = false): unknown {
  if (isJsonObject(declared))
    return isJsonObject(found) ? membersAsDeclared(found, declared, isHostNetwork) : undefined;
  if (Array.isArray(declared) && Array.isArray(found) && declared.every(isJsonObject))
    return elementsAsDeclared(found, declared, isHostNetwork);
  return deepEqual(found, declared) ? found : undefined;
}

function membersAsDeclared(found: JsonObject, declared: JsonObject, isHostNetwork: boolean): JsonObject | undefined {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(found)) {
    const value = found[key];
    const wanted = Object.hasOwn(declared, key) ? declared[key] : undefined;
    if (wanted === undefined) {
      const kept = isDefault(found, key, isHostNetwork) ? value : fromPlugins(key, value);
      if (kept !== undefined) result[key] = kept;
      continue;
    }
    result[key] = QUANTITY_MEMBERS.includes(key)
      ? hasQuantities(value, wanted)
        ? value
        : undefined
      : asDeclared(value, wanted, isHostNetwork);
    if (result[key] === undefined) return undefined;
  }
  const isMissing = (key: string): boolean => {
    const value = declared[key];
    return value !== undefined && !Object.hasOwn(found, key) && (KEPT_MEMBERS.includes(key) || !isEmpty(value));
  };
  return Object.keys(declared).some(isMissing) ? undefined : result;
}

/** The declared elements, in order, with the mounts of tokens among them. */
function elementsAsDeclared(
  found: readonly unknown[],
  declared: readonly JsonObject[],
  isHostNetwork: boolean,
): unknown[] | undefined {
  const result: unknown[] = [];
  let next = 0;
  for (const element of found) {
    const made = next < declared.length ? asDeclared(element, declared[next], isHostNetwork) : undefined;
    if (made !== undefined) next += 1;
    if (made !== undefined || isTokenMount(element)) result.push(made ?? element);
  }
  return next === declared.length ? result : undefined;
}

/** Whether a member that is not declared has the API server's default, or is empty. */
function isDefault(parent: JsonObject, key: string, isHostNetwork: boolean): boolean {
  const value = parent[key];
  if (key === "hostPort") return isHostNetwork && value === parent.containerPort;
  if (DEFAULTS[key]?.includes(value)) return true;
  return value !== 0 && isEmpty(value) && !KEPT_MEMBERS.includes(key);
}

/** What plugins of the API server set in a member that is not declared; undefined for nothing. */
function fromPlugins(key: string, value: unknown): unknown {
  if (key === "requests" || key === "limits") return value;
  if (key === "resources") return asDeclared(value, {});
  const mounts = Array.isArray(value) ? value.filter(isTokenMount) : [];
  return mounts.length > 0 ? mounts : undefined;
}

function isTokenMount(element: unknown): boolean {
  return (
    isJsonObject(element) &&
    element.mountPath === TOKEN_PATH &&
    element.readOnly === true &&
    String(element.name).startsWith("kube-api-access-")
  );
}

function hasQuantities(found: unknown, declared: unknown): boolean {
  if (isJsonObject(declared))
    return (
      isJsonObject(found) &&
      Object.keys(declared).every((key) => Object.hasOwn(found, key) && hasQuantities(found[key], declared[key]))
    );
  const value = quantityValue(declared);
  return value !== undefined && value === quantityValue(found);
}

/** Whether Go's `omitempty` omits a value. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === false || value === 0 || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}
