import fc from "fast-check";
import { expect, it } from "vitest";
import type { LabelSelector } from "../../../src/policy/define/LabelSelector.ts";
import type { Match } from "../../../src/policy/define/Match.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import { PolicyIndex } from "../../../src/policy/match/PolicyIndex.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import type { Operation, Review } from "../../../src/protocol/review/Review.ts";
import { frozenReview } from "../policyRun.ts";

/*
 * The rules of the Kubernetes documentation ("Dynamic Admission Control", "Labels and Selectors"), applied to one policy
 * at a time, without an index. PolicyIndex must find the same policies in the same order.
 */

function ruleMatches(match: Match, review: Review): boolean {
  const { apiGroups = [""], resources, operations = ["CREATE", "UPDATE"], scope = "*" } = match;
  const { group, version, resource } = review.resource;
  const apiVersions = versionsOf(match, review);
  const includes = (list: readonly string[], value: string) => list.some((item) => item === "*" || item === value);
  const isCovered = resources.some((name) => {
    // "pods" matches pods; "pods/log" the subresource; "*" all resources but not subresources; "pods/*" all subresources
    // of pods, and "*/scale" all scale subresources. The API server counts the resource itself among "pods/*".
    const [main = "", sub] = name.split("/");
    return (main === "*" || main === resource) && (sub === "*" || (sub ?? "") === review.subresource);
  });
  // "Cluster" means that only cluster-scoped resources will match; Namespace API objects are cluster-scoped.
  const isCluster = review.namespace === "" || (group === "" && resource === "namespaces");
  return (
    includes(apiGroups, group) &&
    includes(apiVersions, version) &&
    isCovered &&
    operations.includes(review.operation) &&
    (scope === "*" || (scope === "Cluster" ? isCluster : !isCluster))
  );
}

function versionsOf(match: Match, review: Review): readonly string[] {
  return match.apiVersions ?? (isTyped(match, review) ? ["v1"] : ["*"]);
}

/** Built-in resources are judged in the version of their type, but for those that a wildcard covers as well. */
function isTyped({ apiGroups = [""], resources }: Match, { resource, subresource }: Review): boolean {
  const isBuiltin = ["/pods", "/namespaces", "/nodes", "apps/deployments"].includes(
    `${resource.group}/${resource.resource}`,
  );
  const byWildcard = resources.some((name) => {
    const [main, sub = ""] = name.split("/");
    return main === "*" && (sub === "*" || sub === subresource);
  });
  return isBuiltin && !byWildcard && !apiGroups.includes("*");
}

/** Ephemeral containers and resources of a Pod change by an UPDATE of their own subresource. A policy on Pods matches it. */
function matchesImplied(match: Match, review: Review): boolean {
  const { apiGroups = [""], operations = ["CREATE", "UPDATE"] } = match;
  const isPods = review.resource.group === "" && review.resource.resource === "pods";
  const isImplied =
    (review.subresource === "ephemeralcontainers" && match.ephemeralContainers !== false) ||
    (review.subresource === "resize" && match.resize !== false);
  const changes = operations.includes("CREATE") || operations.includes("UPDATE");
  const asUpdateOfPods = { ...review, subresource: "", operation: operations[0] ?? review.operation };
  const onPods = match.resources.includes("pods") && (apiGroups.includes("") || apiGroups.includes("*"));
  return (
    isPods &&
    isImplied &&
    onPods &&
    changes &&
    review.operation === "UPDATE" &&
    // A wildcard that covers the subresource decides about its versions as well.
    ruleMatches({ ...match, resources: ["pods"], apiVersions: versionsOf(match, review) }, asUpdateOfPods)
  );
}

/** "objectSelector is evaluated against both the object and old object, and is considered to match if either object matches". */
function labelsMatch(selector: LabelSelector | undefined, { object, oldObject }: Review): boolean {
  if (selector === undefined) return true;
  return [object, oldObject].some((one) => {
    const metadata = one?.metadata;
    // "An object that cannot have labels is not considered to match."
    if (metadata === undefined) return false;
    const labels = new Map(Object.entries(Object((metadata as JsonObject).labels ?? {})));
    const all = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels.get(key) === value);
    const expressions = (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const inValues = labels.has(key) && values.some((value) => value === labels.get(key));
      // NotIn: "and all resources with no labels with that key".
      return { In: inValues, NotIn: !inValues, Exists: labels.has(key), DoesNotExist: !labels.has(key) }[operator];
    });
    return all && expressions;
  });
}

function namespaceMatches(
  { include, exclude = [] }: NonNullable<Match["namespaces"]>,
  { namespace, name, resource }: Review,
): boolean {
  const target = resource.group === "" && resource.resource === "namespaces" ? namespace || name : namespace;
  const fits = (glob: string) => new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(target);
  if (target === "") return include === undefined;
  return !exclude.some(fits) && (include === undefined || include.some(fits));
}

const naiveMatches = (match: Match, review: Review): boolean =>
  (ruleMatches(match, review) || matchesImplied(match, review)) &&
  labelsMatch(match.labels, review) &&
  namespaceMatches(match.namespaces ?? {}, review);

const some = <const T>(...values: T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const without = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;

const operation = fc.constantFrom<Operation>("CREATE", "UPDATE", "DELETE", "CONNECT");
const labels = fc.dictionary(fc.constantFrom("a", "b", "toString"), fc.constantFrom("1", "2", ""), { maxKeys: 3 });
const expression = fc.oneof(
  fc.record({
    key: fc.constantFrom("a", "b"),
    operator: fc.constantFrom("In" as const, "NotIn" as const),
    values: some("1", "2", ""),
  }),
  fc.record({
    key: fc.constantFrom("a", "b", "toString"),
    operator: fc.constantFrom("Exists" as const, "DoesNotExist" as const),
  }),
);
const globs = some("n1", "n2", "n*", "*", "?1", "kube-*", "*1*");

const anyMatch: fc.Arbitrary<Match> = fc
  .record({
    apiGroups: some("", "apps", "*"),
    apiVersions: maybe(some("v1", "v2", "*")),
    resources: some(
      "pods",
      "pods/status",
      "pods/*",
      "pods/ephemeralcontainers",
      "*",
      "*/*",
      "*/scale",
      "deployments",
      "namespaces",
    ),
    operations: maybe(fc.uniqueArray(operation, { minLength: 1 })),
    scope: maybe(fc.constantFrom("Namespaced" as const, "Cluster" as const, "*" as const)),
    namespaces: maybe(fc.record({ include: maybe(globs), exclude: maybe(globs) }).map(without)),
    labels: maybe(
      fc
        .record({ matchLabels: maybe(labels), matchExpressions: maybe(fc.array(expression, { maxLength: 2 })) })
        .map(without),
    ),
    ephemeralContainers: maybe(fc.boolean()),
    resize: maybe(fc.boolean()),
  })
  .map((match) => without(match) as Match)
  // The core group has only v1.
  .filter(
    ({ apiGroups, apiVersions = ["v1"] }) =>
      apiVersions.some((version) => version !== "v2") || apiGroups?.every((group) => group === "") !== true,
  );

const anyObject: fc.Arbitrary<JsonObject | null> = fc.oneof(
  labels.map((some) => ({ metadata: { labels: some } })),
  fc.constantFrom<JsonObject | null>(null, {}, { metadata: {} }, { metadata: { labels: null } }),
);

const base = frozenReview("validate-v1-create-pods-1");
const anyReview: fc.Arbitrary<Review> = fc
  .record({
    group: fc.constantFrom("", "apps", "other"),
    version: fc.constantFrom("v1", "v2"),
    resource: fc.constantFrom("pods", "deployments", "namespaces", "nodes"),
    subresource: fc.constantFrom("", "", "status", "scale", "ephemeralcontainers", "resize"),
    operation,
    namespace: fc.constantFrom("", "n1", "n2", "kube-system"),
    name: fc.constantFrom("", "n1", "x"),
    object: anyObject,
    oldObject: anyObject,
  })
  .map(({ group, version, resource, ...rest }) => ({ ...base, ...rest, resource: { group, version, resource } }));

it("PolicyIndex finds the same policies as the documented rules applied one by one", () => {
  let found = 0;
  fc.assert(
    fc.property(
      fc.array(anyMatch, { maxLength: 12 }),
      fc.array(anyReview, { minLength: 1, maxLength: 12 }),
      (matches, reviews) => {
        const policies = matches.map((match, order) => policy({ name: `p${order}`, match, validate: () => undefined }));
        const index = new PolicyIndex(policies, "validate");
        // Twice, because the second time uses the caches.
        for (const review of [...reviews, ...reviews]) {
          const names = index
            .find(review)
            .filter(({ otherVersions }) => otherVersions === undefined)
            .map(({ policy: { name } }) => name);
          expect(names).toEqual(policies.filter(({ match }) => naiveMatches(match, review)).map(({ name }) => name));
          found += names.length;
        }
      },
    ),
    { numRuns: 2000 },
  );
  expect(found).toBeGreaterThan(1000);
});
