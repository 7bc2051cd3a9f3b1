import { expect, it } from "vitest";
import { disallowSecretReadingRoles } from "../../../src/policies/rbac/disallowSecretReadingRoles.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";
import { clusterRole, role } from "./rbacObjects.ts";

type Options = Parameters<typeof disallowSecretReadingRoles>[0];

const denied = (index: number, verbs: string): string =>
  `rules[${index}].verbs: the rule grants ${verbs} on Secrets; name the Secrets in resourceNames, or remove them from the rule`;
const emptyName =
  "rules[0].verbs: the rule grants list on Secrets, as the empty name in resourceNames stands for requests for all of them; remove that name";
const rule = (resources: string[], verbs: string[], more: JsonObject = {}): JsonObject => ({
  apiGroups: [""],
  resources,
  verbs,
  ...more,
});

it.each<[what: string, options: Options, object: JsonObject, messages: string[]]>([
  ["other resources", {}, role([rule(["pods", "configmaps"], ["get", "list"])]), []],
  ["no rules", {}, clusterRole(null), []],
  ["get", {}, role([rule(["secrets"], ["get"])]), [denied(0, "get")]],
  ["list among others", {}, role([rule(["pods", "secrets"], ["create", "list"])]), [denied(0, "create, list")]],
  ["watch in a ClusterRole", {}, clusterRole([rule(["secrets"], ["watch"])]), [denied(0, "watch")]],
  ["patch, whose answer is the Secret", {}, role([rule(["secrets"], ["patch"])]), [denied(0, "patch")]],
  ["deletecollection", {}, role([rule(["secrets"], ["deletecollection"])]), [denied(0, "deletecollection")]],
  ["only writing", {}, role([rule(["secrets"], ["create", "update"])]), []],
  ["deleting, whose answer may be the Secret", {}, role([rule(["secrets"], ["delete"])]), [denied(0, "delete")]],
  ["all verbs", {}, role([rule(["secrets"], ["*"])]), [denied(0, "*")]],
  ["all resources", {}, role([rule(["*"], ["get"])]), [denied(0, "get")]],
  ["all groups", {}, role([rule(["secrets"], ["get"], { apiGroups: ["*"] })]), [denied(0, "get")]],
  ["another group", {}, role([rule(["secrets", "*"], ["get"], { apiGroups: ["example.com"] })]), []],
  ["URLs", {}, clusterRole([{ nonResourceURLs: ["*"], verbs: ["*"] }]), []],
  ["named Secrets", {}, role([rule(["secrets"], ["get"], { resourceNames: ["web-tls"] })]), []],
  // A request for all of them has the empty name.
  [
    "the empty name among others",
    {},
    role([rule(["secrets"], ["list"], { resourceNames: ["web-tls", ""] })]),
    [emptyName],
  ],
  ["an empty list of names", {}, role([rule(["secrets"], ["get"], { resourceNames: [] })]), [denied(0, "get")]],
  [
    "named Secrets that are denied too",
    { allowNamed: false },
    role([rule(["secrets"], ["get"], { resourceNames: ["web-tls"] })]),
    ["rules[0].verbs: the rule grants get on the Secrets web-tls; remove them from the rule"],
  ],
  ["other verbs", { verbs: ["list"] }, role([rule(["secrets"], ["get"])]), []],
  [
    "an allowed role",
    { allowedRoles: ["cert-manager-*"] },
    clusterRole([rule(["secrets"], ["list"])], "cert-manager-a"),
    [],
  ],
])("disallowSecretReadingRoles judges %s with %j", async (_what, options, object, messages) => {
  expect(await faultsOf(disallowSecretReadingRoles(options), object)).toEqual(messages);
});

it("disallowSecretReadingRoles denies that a rule comes to read Secrets, and not what it read before", async () => {
  const before = role([rule(["pods"], ["get"]), rule(["secrets"], ["list"])]);
  const after = role([rule(["pods", "secrets"], ["get"]), rule(["secrets", "configmaps"], ["list"])]);
  expect(await faultsOf(disallowSecretReadingRoles(), after, before)).toEqual([denied(0, "get")]);
});

it("disallowSecretReadingRoles denies that a rule for named Secrets comes to read all", async () => {
  const before = role([rule(["secrets"], ["get"], { resourceNames: ["web-tls"] })]);
  const policy = disallowSecretReadingRoles({ allowNamed: false });
  expect(await faultsOf(policy, before, before)).toEqual([]);
  expect(await faultsOf(policy, role([rule(["secrets"], ["get"])]), before)).toEqual([
    "rules[0].verbs: the rule grants get on Secrets; remove them from the rule",
  ]);
});

it.each<Options>([{}, { allowNamed: false, allowedRoles: ["a-*"] }])(
  "disallowSecretReadingRoles is native with %j",
  (options) => {
    expect(nativeOf(disallowSecretReadingRoles(options))).toBe("yes");
  },
);
