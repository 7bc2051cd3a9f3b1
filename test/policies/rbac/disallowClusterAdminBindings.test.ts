import { expect, it } from "vitest";
import { disallowClusterAdminBindings } from "../../../src/policies/rbac/disallowClusterAdminBindings.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";
import { account, clusterRoleBinding, group, roleBinding, user } from "./rbacObjects.ts";

type Options = Parameters<typeof disallowClusterAdminBindings>[0];

const denied = (index: number, subject: string, role = "cluster-admin"): string =>
  `subjects[${index}]: ${subject} must not have the ClusterRole '${role}'; bind a role with the rights that it needs`;
const allowing: Options = { allowedSubjects: ["User/ann", "ServiceAccount/flux/deployer"] };

it.each<[what: string, options: Options, binding: JsonObject, messages: string[]]>([
  ["another role", {}, clusterRoleBinding("view", [user("ann")]), []],
  ["a user", {}, clusterRoleBinding("cluster-admin", [user("ann")]), [denied(0, "User 'ann'")]],
  ["a group", {}, clusterRoleBinding("cluster-admin", [group("devs")]), [denied(0, "Group 'devs'")]],
  [
    "a ServiceAccount",
    {},
    clusterRoleBinding("cluster-admin", [account("flux", "deployer")]),
    [denied(0, "ServiceAccount 'deployer'")],
  ],
  ["no subjects", {}, clusterRoleBinding("cluster-admin"), []],
  [
    "the groups of administrators",
    {},
    clusterRoleBinding("cluster-admin", [group("system:masters"), group("kubeadm:cluster-admins")]),
    [],
  ],
  [
    "a user with the name of the group",
    {},
    clusterRoleBinding("cluster-admin", [user("system:masters")]),
    [denied(0, "User 'system:masters'")],
  ],
  [
    "a binding for a namespace",
    {},
    roleBinding("ClusterRole", "cluster-admin", [user("ann")]),
    [denied(0, "User 'ann'")],
  ],
  ["a Role of that name", {}, roleBinding("Role", "cluster-admin", [user("ann")]), []],
  [
    "an allowed user",
    allowing,
    clusterRoleBinding("cluster-admin", [user("ann"), user("bob")]),
    [denied(1, "User 'bob'")],
  ],
  ["an allowed ServiceAccount", allowing, clusterRoleBinding("cluster-admin", [account("flux", "deployer")]), []],
  [
    "that ServiceAccount of another namespace",
    allowing,
    clusterRoleBinding("cluster-admin", [account("shop", "deployer")]),
    [denied(0, "ServiceAccount 'deployer'")],
  ],
  [
    "an allowed ServiceAccount of the namespace of its binding, which is not said",
    { allowedSubjects: ["ServiceAccount/shop/deployer"] },
    roleBinding("ClusterRole", "cluster-admin", [{ kind: "ServiceAccount", name: "deployer" }]),
    [],
  ],
  [
    "a ServiceAccount of the namespace of its binding, which is empty",
    allowing,
    roleBinding("ClusterRole", "cluster-admin", [{ kind: "ServiceAccount", name: "deployer", namespace: "" }]),
    [denied(0, "ServiceAccount 'deployer'")],
  ],
  ["other roles", { roles: ["admin"] }, clusterRoleBinding("cluster-admin", [user("ann")]), []],
  [
    "one of other roles",
    { roles: ["admin"] },
    clusterRoleBinding("admin", [user("ann")]),
    [denied(0, "User 'ann'", "admin")],
  ],
])("disallowClusterAdminBindings judges %s with %j", async (_what, options, binding, messages) => {
  expect(await faultsOf(disallowClusterAdminBindings(options), binding)).toEqual(messages);
});

it("disallowClusterAdminBindings denies an added subject only", async () => {
  const before = clusterRoleBinding("cluster-admin", [user("ann")]);
  const after = clusterRoleBinding("cluster-admin", [user("bob"), user("ann")]);
  expect(await faultsOf(disallowClusterAdminBindings(), after, before)).toEqual([denied(0, "User 'bob'")]);
});

it("disallowClusterAdminBindings refuses a subject without its kind", () => {
  expect(() => disallowClusterAdminBindings({ allowedSubjects: ["ann"] })).toThrow("is not User/");
});

it.each<Options>([{}, allowing])("disallowClusterAdminBindings is native with %j", (options) => {
  expect(nativeOf(disallowClusterAdminBindings(options))).toBe("yes");
});
