import { expect, it } from "vitest";
import { disallowEscalatingRoles } from "../../../src/policies/rbac/disallowEscalatingRoles.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";
import { clusterRole, role } from "./rbacObjects.ts";

type Options = Parameters<typeof disallowEscalatingRoles>[0];

const WHAT = {
  escalate: "write roles with rights that they do not have",
  bind: "bind roles with rights that they do not have",
  impersonate: "act as others",
  "nodes-proxy": "run commands in all Pods of a node through its kubelet",
  token: "make tokens of ServiceAccounts",
  "approve-csr": "approve client certificates for any user",
} as const;
type Power = keyof typeof WHAT;

const RBAC = "rbac.authorization.k8s.io";
const CERTIFICATES = "certificates.k8s.io";
const rule = (group: string, resources: string[], verbs: string[]): JsonObject => ({
  apiGroups: [group],
  resources,
  verbs,
});

/** Resources that give no power, beside one that does. */
const OTHERS = ["rolebindings"];

it.each<[rule: JsonObject, powers: Power[]]>([
  [rule("", ["pods"], ["get", "create"]), []],
  [rule(RBAC, ["roles", "rolebindings"], ["get", "create", "update"]), []],
  [rule(RBAC, ["roles"], ["escalate"]), ["escalate"]],
  [rule(RBAC, ["clusterroles"], ["get", "bind"]), ["bind"]],
  [rule(RBAC, ["clusterroles"], ["*"]), ["escalate", "bind"]],
  [rule(RBAC, ["*"], ["bind"]), ["bind"]],
  [rule(RBAC, ["rolebindings"], ["*"]), []],
  [rule("*", ["roles"], ["escalate"]), ["escalate"]],
  [rule("", ["users", "groups"], ["impersonate"]), ["impersonate"]],
  [rule("", ["serviceaccounts"], ["impersonate"]), ["impersonate"]],
  [rule("", ["serviceaccounts"], ["get", "create"]), []],
  [rule("authentication.k8s.io", ["uids"], ["impersonate"]), ["impersonate"]],
  [rule("authentication.k8s.io", ["userextras/scopes"], ["impersonate"]), ["impersonate"]],
  [rule("authentication.k8s.io", ["users"], ["impersonate:user-info"]), ["impersonate"]],
  [rule("", ["nodes"], ["impersonate:arbitrary-node"]), ["impersonate"]],
  [rule("", ["nodes"], ["get"]), []],
  [rule("", ["nodes/proxy"], ["get"]), ["nodes-proxy"]],
  [rule("", ["*/proxy"], ["create"]), ["nodes-proxy"]],
  [rule("", ["services/proxy"], ["get"]), []],
  [rule("", ["serviceaccounts/token"], ["create"]), ["token"]],
  [rule("", ["serviceaccounts/token"], ["get"]), []],
  [rule(CERTIFICATES, ["certificatesigningrequests/approval"], ["update"]), ["approve-csr"]],
  [rule(CERTIFICATES, ["certificatesigningrequests"], ["get", "update"]), []],
  [rule(CERTIFICATES, ["signers"], ["approve"]), []],
  [rule("", ["*"], ["get"]), ["nodes-proxy"]],
  [rule("", ["*"], ["*"]), ["impersonate", "nodes-proxy", "token"]],
  [rule("*", ["*"], ["*"]), ["escalate", "bind", "impersonate", "nodes-proxy", "token", "approve-csr"]],
  [{ nonResourceURLs: ["*"], verbs: ["*"] }, []],
])("disallowEscalatingRoles finds in %j the powers %j", async (of, powers) => {
  const { resources: all } = of;
  const resources = Array.isArray(all) ? all.filter((it) => !OTHERS.includes(String(it))).join(", ") : "";
  const messageOf = (power: Power): string => {
    const groups = power === "impersonate" ? ` in the API groups ${String(of.apiGroups) || "core"}` : "";
    return `rules[0].verbs: with ${power} on ${resources}${groups} the subjects of the role can ${WHAT[power]}; remove it from the rule`;
  };
  expect(await faultsOf(disallowEscalatingRoles(), clusterRole([of]))).toEqual(powers.map(messageOf));
  // A Role grants nothing on nodes and certificates, which are in no namespace.
  const inNamespaces = powers.filter((it) => it !== "nodes-proxy" && it !== "approve-csr");
  expect(await faultsOf(disallowEscalatingRoles(), role([of]))).toEqual(inNamespaces.map(messageOf));
});

const ALL = rule("*", ["*"], ["*"]);

it.each<[what: string, options: Options, object: JsonObject, faults: number]>([
  ["a role without rules", {}, clusterRole(null), 0],
  ["two of the powers", { powers: ["bind", "token"] }, clusterRole([ALL]), 2],
  ["an allowed role", { allowedRoles: ["ops"] }, clusterRole([ALL], "ops"), 0],
  ["another role", { allowedRoles: ["ops"] }, clusterRole([ALL], "dev"), 6],
])("disallowEscalatingRoles judges %s with %j", async (_what, options, object, faults) => {
  expect(await faultsOf(disallowEscalatingRoles(options), object)).toHaveLength(faults);
});

it("disallowEscalatingRoles names the resources that give the power", async () => {
  const object = clusterRole([rule("", ["nodes/log", "nodes/proxy", "*/proxy", "pods"], ["*"])]);
  expect(await faultsOf(disallowEscalatingRoles(), object)).toEqual([
    `rules[0].verbs: with nodes-proxy on nodes/proxy, */proxy the subjects of the role can ${WHAT["nodes-proxy"]}; remove it from the rule`,
  ]);
});

it("disallowEscalatingRoles denies an added power only", async () => {
  const before = clusterRole([rule(RBAC, ["roles"], ["bind"])]);
  const after = clusterRole([rule(RBAC, ["roles"], ["bind"]), rule("", ["users"], ["impersonate"])]);
  expect(await faultsOf(disallowEscalatingRoles(), after, before)).toEqual([
    "rules[1].verbs: with impersonate on users in the API groups core the subjects of the role can act as others; remove it from the rule",
  ]);
});

it("disallowEscalatingRoles denies that a rule for named users comes to be for all", async () => {
  const all = rule("", ["users"], ["impersonate"]);
  const before = clusterRole([{ ...all, resourceNames: ["ann", "bob"] }]);
  expect(await faultsOf(disallowEscalatingRoles(), before)).toEqual([
    "rules[0].verbs: with impersonate on users (ann, bob) in the API groups core the subjects of the role can act as others; remove it from the rule",
  ]);
  expect(await faultsOf(disallowEscalatingRoles(), before, before)).toEqual([]);
  expect(await faultsOf(disallowEscalatingRoles(), clusterRole([all]), before)).toHaveLength(1);
});

it("disallowEscalatingRoles denies that a rule for extra fields of users comes to be for users", async () => {
  const extra = rule("authentication.k8s.io", ["*"], ["impersonate"]);
  const before = clusterRole([extra]);
  const after = clusterRole([{ ...extra, apiGroups: ["", "authentication.k8s.io"] }]);
  expect(await faultsOf(disallowEscalatingRoles(), before, before)).toEqual([]);
  expect(await faultsOf(disallowEscalatingRoles(), after, before)).toEqual([
    "rules[0].verbs: with impersonate on * in the API groups core, authentication.k8s.io the subjects of the role can act as others; remove it from the rule",
  ]);
});

it.each<Options>([{}, { powers: ["bind"], allowedRoles: ["ops-*"] }])(
  "disallowEscalatingRoles is native with %j",
  (options) => {
    expect(nativeOf(disallowEscalatingRoles(options))).toBe("yes");
  },
);
