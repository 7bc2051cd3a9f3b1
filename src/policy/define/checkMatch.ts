import { isJsonObject } from "../../protocol/Json.ts";
import { pluralOfKind } from "../../protocol/kubernetesNames.ts";
import { builtinVersions, groupOfResource, isConnectOnly } from "./builtinVersions.ts";
import type { LabelSelector } from "./LabelSelector.ts";
import type { Match, NamespaceMatch, PodTemplateKind } from "./Match.ts";
import { PolicyDefinitionError } from "./PolicyDefinitionError.ts";

const OPERATIONS = ["CREATE", "UPDATE", "DELETE", "CONNECT"];
const RESOURCE = /^(\*|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(\/(\*|[a-z0-9]+))?$/;
/** A member name that the CEL conditions of registrations can use. */
const MEMBER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const PLURAL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const GROUP = /^(\*|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$/;
const VERSION = /^(\*|[a-z0-9]+)$/;
/** A namespace name with `*` and `?`. */
const NAMESPACE_PATTERN = /^[a-z0-9*?-]+$/;
const SELECTOR_OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"];
const KEYS = [
  "apiGroups",
  "apiVersions",
  "resources",
  "operations",
  "scope",
  "namespaces",
  "labels",
  "podTemplates",
  "ephemeralContainers",
  "resize",
  "unasked",
];

/** Throws {@link PolicyDefinitionError} for a match that silently matches nothing, or not what its author meant. */
export function checkMatch(policy: string, match: Match): void {
  const fail = (field: string, fault: string): never => {
    throw new PolicyDefinitionError(policy, `match.${field}`, fault);
  };
  if (typeof match !== "object" || match === null) throw new PolicyDefinitionError(policy, "match", "is missing");
  for (const key of Object.keys(match)) if (!KEYS.includes(key)) fail(key, `is unknown; known are ${KEYS.join(", ")}`);
  for (const key of ["apiGroups", "apiVersions", "resources", "operations"] as const) {
    const list = match[key];
    if (list === undefined ? key === "resources" : !Array.isArray(list) || list.length === 0)
      fail(key, "must be a list of at least one element");
  }
  for (const operation of match.operations ?? [])
    if (!OPERATIONS.includes(operation))
      fail("operations", `has ${JSON.stringify(operation)}; known are ${OPERATIONS.join(", ")}`);
  for (const resource of match.resources) {
    if (typeof resource !== "string" || !RESOURCE.test(resource))
      fail(
        "resources",
        `has ${JSON.stringify(resource)}; a resource is a lower-case plural such as "pods" or "pods/exec"`,
      );
    if (match.apiGroups === undefined && !resource.startsWith("*") && groupOfResource(resource) === undefined)
      fail("apiGroups", `is required: ${JSON.stringify(resource)} is not a built-in resource${pluralHint(resource)}`);
    if (isConnectOnly(resource) && !match.operations?.includes("CONNECT"))
      fail("operations", `must include "CONNECT", the only operation of ${resource}`);
  }
  if (match.scope !== undefined && !["Namespaced", "Cluster", "*"].includes(match.scope))
    fail("scope", 'is not "Namespaced", "Cluster" or "*"');
  const { podTemplates = false } = match;
  if (podTemplates !== false && !match.resources.includes("pods")) fail("podTemplates", 'requires "pods" in resources');
  if (
    podTemplates !== false &&
    match.apiGroups !== undefined &&
    !match.apiGroups.some((group) => group === "" || group === "*")
  )
    fail("podTemplates", 'requires the core group "" in apiGroups');
  for (const group of match.apiGroups ?? [])
    if (typeof group !== "string" || !GROUP.test(group) || group === "core")
      fail(
        "apiGroups",
        `has ${JSON.stringify(group)}; a group is a DNS name such as "apps", "*" for any, and "" is the core group`,
      );
  for (const version of match.apiVersions ?? [])
    if (typeof version !== "string" || !VERSION.test(version))
      fail("apiVersions", `has ${JSON.stringify(version)}; a version is a word such as "v1", without its group`);
  if (typeof podTemplates !== "boolean") checkKinds(podTemplates, fail);
  for (const key of ["ephemeralContainers", "resize"] as const)
    if (match[key] !== undefined && typeof match[key] !== "boolean") fail(key, "is not true or false");
  for (const resource of match.resources)
    if (isNever(resource, match))
      fail(
        "apiVersions",
        `has no version of ${resource}, which has only v1; without apiVersions each resource has its own`,
      );
  if (match.unasked !== undefined && !Array.isArray(match.unasked)) fail("unasked", "must be a list of subresources");
  for (const name of match.unasked ?? [])
    if (typeof name !== "string" || !RESOURCE.test(name) || !name.includes("/"))
      fail("unasked", `has ${JSON.stringify(name)}; expected subresources such as "deployments/scale"`);
  if (match.namespaces !== undefined) checkNamespaces(match.namespaces, fail);
  if (match.labels !== undefined) checkLabels(match.labels, fail);
}

/** Whether the versions exclude a resource of the core group, which has no other version than v1. */
function isNever(resource: string, { apiGroups = [""], apiVersions = ["*"] }: Match): boolean {
  const isCore = builtinVersions(resource)[0]?.group === "" && apiGroups.every((group) => group === "");
  return isCore && !apiVersions.some((version) => version === "*" || version === "v1");
}

/** The plural of a built-in kind that is named in the singular. */
function pluralHint(resource: string): string {
  const plural = pluralOfKind(resource);
  return groupOfResource(plural) === undefined ? "" : ` (did you mean ${JSON.stringify(plural)}?)`;
}

type Fail = (field: string, fault: string) => never;

/** Checks the custom resources with Pod templates. */
function checkKinds(kinds: readonly PodTemplateKind[], fail: Fail): void {
  const field = "podTemplates";
  if (!Array.isArray(kinds)) fail(field, "is not true, false or a list of kinds");
  for (const kind of kinds) {
    checkKeys(field, kind, ["group", "resource", "version", "path", "optional"], fail);
    const { group, resource, version = "*", path = ["spec"], optional = false } = kind;
    const isKind =
      isMatch(GROUP, group) && isMatch(PLURAL, resource) && isMatch(VERSION, version) && typeof optional === "boolean";
    if (!isKind || !Array.isArray(path) || path.length === 0 || !path.every((key) => isMatch(MEMBER, key)))
      fail(
        field,
        `has ${JSON.stringify(kind)}; expected such as { group: "argoproj.io", resource: "rollouts", version: "v1alpha1", path: ["spec", "template"] }`,
      );
  }
}

function isMatch(pattern: RegExp, value: unknown): boolean {
  return typeof value === "string" && pattern.test(value);
}

function checkNamespaces(namespaces: NamespaceMatch, fail: Fail): void {
  checkKeys("namespaces", namespaces, ["include", "exclude"], fail);
  for (const key of ["include", "exclude"] as const) {
    const list = namespaces[key];
    if (
      list !== undefined &&
      (!Array.isArray(list) || list.length === 0 || !list.every((glob) => typeof glob === "string" && glob !== ""))
    )
      fail(`namespaces.${key}`, "must be a list of at least one name");
    const impossible = list?.find((glob) => !NAMESPACE_PATTERN.test(glob));
    if (impossible !== undefined)
      fail(
        `namespaces.${key}`,
        `has ${JSON.stringify(impossible)}, which matches no namespace: names have only a-z, 0-9 and '-'`,
      );
  }
}

function checkLabels(labels: LabelSelector, fail: Fail): void {
  checkKeys("labels", labels, ["matchLabels", "matchExpressions"], fail);
  const { matchLabels = {}, matchExpressions = [] } = labels;
  if (!isJsonObject(matchLabels)) fail("labels.matchLabels", "is not an object");
  for (const [key, value] of Object.entries(matchLabels))
    if (typeof value !== "string") fail("labels.matchLabels", `has a value for ${key} that is not a string`);
  if (!Array.isArray(matchExpressions)) fail("labels.matchExpressions", "is not a list");
  for (const expression of matchExpressions) {
    checkKeys("labels.matchExpressions", expression, ["key", "operator", "values"], fail);
    const { key, operator, values } = expression;
    if (typeof key !== "string" || key === "") fail("labels.matchExpressions", "has an element without a key");
    if (!SELECTOR_OPERATORS.includes(operator))
      fail(
        "labels.matchExpressions",
        `has the unknown operator ${JSON.stringify(operator)} for ${key}; known are ${SELECTOR_OPERATORS.join(", ")}`,
      );
    const takesValues = operator === "In" || operator === "NotIn";
    if (takesValues !== (values !== undefined && values.length > 0))
      fail(
        "labels.matchExpressions",
        `has the operator ${operator} for ${key}, which ${takesValues ? "requires" : "does not accept"} values`,
      );
  }
}

/** Refuses unknown keys: a misspelled key, or labels outside `matchLabels`, would match everything. */
function checkKeys(field: string, value: object, known: readonly string[], fail: Fail): void {
  if (!isJsonObject(value)) fail(field, "is not an object");
  for (const key of Object.keys(value))
    if (!known.includes(key)) fail(field, `has the unknown key ${JSON.stringify(key)}; known are ${known.join(", ")}`);
}
