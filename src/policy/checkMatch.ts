import type { Match } from "./Match.ts";
import { PolicyDefinitionError } from "./PolicyDefinitionError.ts";
import { groupOfResource, isConnectOnly } from "./resourceGroups.ts";

const OPERATIONS = ["CREATE", "UPDATE", "DELETE", "CONNECT"];
const RESOURCE = /^(\*|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(\/(\*|[a-z0-9]+))?$/;
const SELECTOR_OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"];
const KEYS = ["apiGroups", "apiVersions", "resources", "operations", "scope", "namespaces", "labels", "podTemplates", "ephemeralContainers"];

/** Throws {@link PolicyDefinitionError} where a match would silently match nothing, or not what its author meant. */
export function checkMatch(policy: string, match: Match): void {
  const fail = (field: string, fault: string): never => {
    throw new PolicyDefinitionError(policy, `match.${field}`, fault);
  };
  if (typeof match !== "object" || match === null) throw new PolicyDefinitionError(policy, "match", "is missing");
  for (const key of Object.keys(match)) if (!KEYS.includes(key)) fail(key, `is unknown; known are ${KEYS.join(", ")}`);
  for (const key of ["apiGroups", "apiVersions", "resources", "operations"] as const) {
    const list = match[key];
    if (list === undefined ? key === "resources" : !Array.isArray(list) || list.length === 0) fail(key, "needs at least one element");
  }
  for (const operation of match.operations ?? [])
    if (!OPERATIONS.includes(operation)) fail("operations", `has ${JSON.stringify(operation)}; known are ${OPERATIONS.join(", ")}`);
  for (const resource of match.resources) {
    if (!RESOURCE.test(resource)) fail("resources", `has ${JSON.stringify(resource)}; a resource is a lower-case plural such as "pods" or "pods/exec"`);
    if (match.apiGroups === undefined && !resource.startsWith("*") && groupOfResource(resource) === undefined)
      fail("apiGroups", `is needed, for ${JSON.stringify(resource)} is no built-in resource`);
    if (isConnectOnly(resource) && !match.operations?.includes("CONNECT"))
      fail("operations", `needs "CONNECT": the API server calls ${resource} with nothing else`);
  }
  if (match.scope !== undefined && !["Namespaced", "Cluster", "*"].includes(match.scope)) fail("scope", 'is not "Namespaced", "Cluster" or "*"');
  if (match.podTemplates === true && !match.resources.includes("pods")) fail("podTemplates", 'needs "pods" among the resources');
  for (const { key, operator, values } of match.labels?.matchExpressions ?? []) {
    if (!SELECTOR_OPERATORS.includes(operator)) fail("labels", `has the operator ${JSON.stringify(operator)} for ${key}; known are ${SELECTOR_OPERATORS.join(", ")}`);
    if ((operator === "In" || operator === "NotIn") !== (values !== undefined && values.length > 0))
      fail("labels", `: ${operator} for ${key} takes ${operator === "In" || operator === "NotIn" ? "values" : "no values"}`);
  }
}
