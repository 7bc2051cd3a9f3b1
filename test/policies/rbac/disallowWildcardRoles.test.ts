import { expect, it } from "vitest";
import { disallowWildcardRoles } from "../../../src/policies/rbac/disallowWildcardRoles.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";
import { clusterRole, role } from "./rbacObjects.ts";

type Options = Parameters<typeof disallowWildcardRoles>[0];

const denied = (index: number, field: string): string =>
  `rules[${index}].${field}: the wildcard * also grants what is added later; name what the role needs`;
const TAKES_CLUSTER_ADMIN =
  "the selector takes the rules of cluster-admin, which have wildcards; select ClusterRoles by a label of your own";
const READ: JsonObject = { apiGroups: [""], resources: ["pods"], verbs: ["get"] };
const EVERYTHING: JsonObject = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };
const selecting = (...clusterRoleSelectors: JsonObject[]): JsonObject => ({
  aggregationRule: { clusterRoleSelectors },
});

it.each<[what: string, options: Options, object: JsonObject, messages: string[]]>([
  ["named rights", {}, role([READ]), []],
  ["no rules", {}, role(null), []],
  ["verbs", {}, role([{ ...READ, verbs: ["*"] }]), [denied(0, "verbs")]],
  ["resources", {}, role([READ, { ...READ, resources: ["pods", "*"] }]), [denied(1, "resources")]],
  ["groups", {}, role([{ ...READ, apiGroups: ["*"] }]), [denied(0, "apiGroups")]],
  ["everything", {}, clusterRole([EVERYTHING]), ["verbs", "resources", "apiGroups"].map((it) => denied(0, it))],
  ["URLs", {}, clusterRole([{ nonResourceURLs: ["*"], verbs: ["get"] }]), [denied(0, "nonResourceURLs")]],
  ["a part of the URLs", {}, clusterRole([{ nonResourceURLs: ["/healthz/*"], verbs: ["get"] }]), []],
  ["a subresource of all", {}, clusterRole([{ ...READ, resources: ["*/scale"] }]), [denied(0, "resources")]],
  ["all paths", {}, clusterRole([{ nonResourceURLs: ["/*"], verbs: ["get"] }]), [denied(0, "nonResourceURLs")]],
  [
    "all paths, with two stars",
    {},
    clusterRole([{ nonResourceURLs: ["**"], verbs: ["get"] }]),
    [denied(0, "nonResourceURLs")],
  ],
  [
    "all paths below /",
    {},
    clusterRole([{ nonResourceURLs: ["/**"], verbs: ["get"] }]),
    [denied(0, "nonResourceURLs")],
  ],
  ["the core group, whose name is empty", {}, clusterRole([READ]), []],
  ["paths below one", {}, clusterRole([{ nonResourceURLs: ["/healthz/*"], verbs: ["get"] }]), []],
  ["another field", { fields: ["verbs"] }, clusterRole([{ ...READ, resources: ["*"] }]), []],
  ["the field", { fields: ["verbs"] }, clusterRole([EVERYTHING]), [denied(0, "verbs")]],
  ["an allowed role", { allowedRoles: ["ops"] }, clusterRole([EVERYTHING], "ops"), []],
  [
    "another role",
    { allowedRoles: ["ops"], fields: ["verbs"] },
    clusterRole([EVERYTHING], "ops-2"),
    [denied(0, "verbs")],
  ],
  ["a role with an allowed beginning", { allowedRoles: ["ops-*"] }, clusterRole([EVERYTHING], "ops-2"), []],
  [
    "a role with an allowed beginning later",
    { allowedRoles: ["ops-*"], fields: ["verbs"] },
    role([EVERYTHING], "x-ops-2"),
    [denied(0, "verbs")],
  ],
  ["an aggregated role", {}, clusterRole(null, "all", selecting({ matchLabels: { "example.com/role": "a" } })), []],
  [
    "an aggregated role with rules of its author",
    { fields: ["verbs"] },
    clusterRole([EVERYTHING], "all", selecting({ matchLabels: { "example.com/role": "a" } })),
    [denied(0, "verbs")],
  ],
  [
    "an aggregated role of all roles",
    {},
    clusterRole(null, "all", selecting({ matchExpressions: [{ key: "a", operator: "Exists" }] }, {})),
    [`aggregationRule.clusterRoleSelectors[1]: ${TAKES_CLUSTER_ADMIN}`],
  ],
  ...[
    { matchLabels: { "kubernetes.io/bootstrapping": "rbac-defaults" } },
    { matchExpressions: [{ key: "kubernetes.io/bootstrapping", operator: "Exists" }] },
    { matchExpressions: [{ key: "kubernetes.io/bootstrapping", operator: "In", values: ["a", "rbac-defaults"] }] },
    { matchExpressions: [{ key: "example.com/a", operator: "DoesNotExist" }] },
    { matchExpressions: [{ key: "kubernetes.io/bootstrapping", operator: "NotIn", values: ["a"] }] },
    {
      matchLabels: { "kubernetes.io/bootstrapping": "rbac-defaults" },
      matchExpressions: [{ key: "b", operator: "NotIn", values: ["c"] }],
    },
  ].map((selector): [string, Options, JsonObject, string[]] => [
    `the selector ${JSON.stringify(selector)}`,
    {},
    clusterRole(null, "all", selecting(selector)),
    [`aggregationRule.clusterRoleSelectors[0]: ${TAKES_CLUSTER_ADMIN}`],
  ]),
  ...[
    { matchLabels: { "rbac.authorization.k8s.io/aggregate-to-admin": "true" } },
    { matchLabels: { "kubernetes.io/bootstrapping": "other" } },
    { matchLabels: { "kubernetes.io/bootstrapping": "rbac-defaults", a: "b" } },
    { matchExpressions: [{ key: "kubernetes.io/bootstrapping", operator: "NotIn", values: ["rbac-defaults"] }] },
    { matchExpressions: [{ key: "kubernetes.io/bootstrapping", operator: "DoesNotExist" }] },
    { matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] },
  ].map((selector): [string, Options, JsonObject, string[]] => [
    `the selector ${JSON.stringify(selector)}`,
    {},
    clusterRole(null, "some", selecting(selector)),
    [],
  ]),
])("disallowWildcardRoles judges %s with %j", async (_what, options, object, messages) => {
  expect(await faultsOf(disallowWildcardRoles(options), object)).toEqual(messages);
});

it("disallowWildcardRoles denies an added wildcard only", async () => {
  const before = role([{ ...READ, verbs: ["*"] }]);
  const after = role([READ, { ...READ, verbs: ["*"] }, { ...READ, resources: ["*"] }]);
  expect(await faultsOf(disallowWildcardRoles(), after, before)).toEqual([denied(2, "resources")]);
});

it.each<[what: string, before: JsonObject, after: JsonObject]>([
  [
    "other resources",
    { apiGroups: ["apps"], resources: ["deployments"], verbs: ["*"] },
    { apiGroups: [""], resources: ["secrets"], verbs: ["*"] },
  ],
  ["more verbs", { ...READ, resources: ["*"] }, { ...READ, resources: ["*"], verbs: ["get", "create"] }],
  ["more groups", { ...READ, resources: ["*"] }, { ...READ, resources: ["*"], apiGroups: ["", "apps"] }],
  ["all names", { ...READ, verbs: ["*"], resourceNames: ["a"] }, { ...READ, verbs: ["*"] }],
])("disallowWildcardRoles denies an old wildcard that comes to be of %s", async (_what, before, after) => {
  expect(await faultsOf(disallowWildcardRoles(), role([after]), role([before]))).toHaveLength(1);
  expect(await faultsOf(disallowWildcardRoles(), role([READ, before]), role([before]))).toEqual([]);
});

it.each<Options>([{}, { fields: ["verbs"], allowedRoles: ["ops-*"] }])(
  "disallowWildcardRoles is native with %j",
  (options) => {
    expect(nativeOf(disallowWildcardRoles(options))).toBe("yes");
  },
);
