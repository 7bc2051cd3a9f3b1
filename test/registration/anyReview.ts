import fc from "fast-check";
import { isConnectOnly } from "../../src/policy/define/builtinVersions.ts";
import type { Match } from "../../src/policy/define/Match.ts";
import { policyTargets } from "../../src/policy/match/policyTargets.ts";
import type { JsonObject } from "../../src/protocol/Json.ts";
import type { Operation, Review } from "../../src/protocol/review/Review.ts";

const some = <const T>(...values: T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const without = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;

const OPERATIONS: readonly Operation[] = ["CREATE", "UPDATE", "DELETE", "CONNECT"];
const NAMESPACES = ["n1", "n2", "kube-system", "kube-public", "postern-system", "postern-selftest", "team-a"];
const labels = fc.dictionary(fc.constantFrom("a", "x.io/b"), fc.constantFrom("1", "2", ""), { maxKeys: 2 });
const expression = fc.oneof(
  fc.record({
    key: fc.constantFrom("a", "x.io/b"),
    operator: fc.constantFrom("In" as const, "NotIn" as const),
    values: some("1", "2", ""),
  }),
  fc.record({
    key: fc.constantFrom("a", "x.io/b"),
    operator: fc.constantFrom("Exists" as const, "DoesNotExist" as const),
  }),
);
const selector = fc
  .record({ matchLabels: maybe(labels), matchExpressions: maybe(fc.array(expression, { maxLength: 2 })) })
  .map(without);
const globs = fc.oneof(
  some("n1", "n2", "team-a", "kube-system"),
  some("n1", "n*", "*", "?1", "kube-*", "*1*", "*-a", "te*-a", "**"),
);

/** Any match of a policy. From few names, so that matches and reviews often meet. */
export const anyMatch: fc.Arbitrary<Match> = fc
  .record({
    apiGroups: some("", "apps", "*", "rbac.authorization.k8s.io", "events.k8s.io", "example.com"),
    apiVersions: maybe(some("v1", "v2", "*")),
    resources: some(
      "pods",
      "pods/status",
      "pods/*",
      "pods/exec",
      "*",
      "*/*",
      "*/scale",
      "deployments",
      "namespaces",
      "nodes",
      "events",
      "configmaps",
      "clusterroles",
    ),
    operations: maybe(fc.uniqueArray(fc.constantFrom(...OPERATIONS), { minLength: 1 })),
    scope: maybe(fc.constantFrom("Namespaced" as const, "Cluster" as const, "*" as const)),
    namespaces: maybe(fc.record({ include: maybe(globs), exclude: maybe(globs) }).map(without)),
    labels: maybe(selector),
    ephemeralContainers: maybe(fc.boolean()),
    podTemplates: maybe(fc.boolean()),
  })
  .map((match) => without(match) as Match)
  .map((match) => {
    const { podTemplates: _podTemplates, ...others } = match;
    const hasPods = match.resources.includes("pods") && match.apiGroups?.some((group) => group === "" || group === "*");
    return hasPods === true ? match : others;
  })
  .filter((match) => !match.resources.some(isConnectOnly) || match.operations?.includes("CONNECT") === true)
  // The core group has only v1.
  .filter(
    ({ apiGroups, apiVersions = ["v1"] }) =>
      apiVersions.some((version) => version !== "v2") || apiGroups?.every((group) => group === "") !== true,
  );

const template = fc.oneof(
  labels.map((some) => ({ metadata: { labels: some } })),
  fc.constantFrom({}, { metadata: {} }),
);
const anyObject: fc.Arbitrary<JsonObject | null> = fc.oneof(
  labels.map((some) => ({ metadata: { labels: some } })),
  fc.record({ labels, template: maybe(template) }).map(({ labels: own, template: inner }) => ({
    metadata: { labels: own },
    spec: inner === undefined ? {} : { template: inner, jobTemplate: { spec: { template: inner } } },
  })),
  fc.constantFrom<JsonObject | null>(
    null,
    { kind: "PodExecOptions" },
    { metadata: {} },
    { metadata: { labels: null } },
  ),
);

/** A review as the API server may send it, with the labels of its namespace. */
export interface PlacedReview {
  readonly review: Review;
  readonly namespaceLabels: Readonly<Record<string, string>>;
}

/** Any review of the resources and namespaces of {@link anyMatch}, and some others. */
export const anyReview: fc.Arbitrary<PlacedReview> = fc
  .record({
    group: fc.constantFrom(
      "",
      "apps",
      "batch",
      "rbac.authorization.k8s.io",
      "events.k8s.io",
      "coordination.k8s.io",
      "example.com",
    ),
    version: fc.constantFrom("v1", "v2"),
    resource: fc.constantFrom(
      "pods",
      "deployments",
      "cronjobs",
      "namespaces",
      "nodes",
      "leases",
      "events",
      "configmaps",
      "clusterroles",
    ),
    subresource: fc.constantFrom("", "", "", "status", "scale", "exec", "ephemeralcontainers"),
    operation: fc.constantFrom(...OPERATIONS),
    namespace: fc.constantFrom("", "", ...NAMESPACES),
    name: fc.constantFrom("", "n1", "x", "postern-sync"),
    username: fc.constantFrom("", "jane", "system:serviceaccount:postern-system:postern-sync"),
    object: anyObject,
    oldObject: anyObject,
  })
  .map(({ group, version, resource, operation, username, ...rest }) => {
    const isNamespace = group === "" && resource === "namespaces";
    const name = isNamespace ? rest.namespace : rest.name;
    const ownLabels = isNamespace ? { "kubernetes.io/metadata.name": rest.namespace } : {};
    const object = operation === "DELETE" ? null : withLabels(rest.object, ownLabels);
    const kind = { group, version: isNamespace ? "v1" : version, kind: "Any" };
    const at = { group, version: kind.version, resource };
    return {
      namespaceLabels: { "kubernetes.io/metadata.name": rest.namespace },
      review: {
        ...rest,
        version: "v1" as const,
        uid: "1",
        name,
        kind,
        resource: at,
        requestKind: kind,
        requestResource: at,
        requestSubresource: rest.subresource,
        operation,
        object,
        oldObject: operation === "CREATE" ? null : withLabels(rest.oldObject, ownLabels),
        user: { username, uid: "", groups: [], extra: {} },
        dryRun: false,
        options: null,
      },
    };
  });

/** The API server sets the name label of a Namespace before it calls webhooks. */
function withLabels(object: JsonObject | null, more: Readonly<Record<string, string>>): JsonObject | null {
  if (object === null || Object.keys(more).length === 0) return object;
  const metadata = Object(object.metadata);
  return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, ...more } } };
}

/** Whether a match has a resource of one of the groups by name, not by a wildcard. */
export function names(
  match: Match,
  groups: readonly string[],
  resource: string,
  purpose: "validate" | "mutate",
): boolean {
  return policyTargets(match, purpose).some(
    (target) => target.resource === resource && (target.group === "*" || groups.includes(target.group)),
  );
}
