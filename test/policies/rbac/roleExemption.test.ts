import { expect, it } from "vitest";
import { disallowEscalatingRoles } from "../../../src/policies/rbac/disallowEscalatingRoles.ts";
import { disallowSecretReadingRoles } from "../../../src/policies/rbac/disallowSecretReadingRoles.ts";
import { disallowWildcardRoles } from "../../../src/policies/rbac/disallowWildcardRoles.ts";
import { judge } from "../judge.ts";
import { clusterRole, reviewBy } from "./rbacObjects.ts";

const everything = clusterRole([{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]);

it.each<[username: string, allowed: boolean]>([
  ["system:apiserver", true],
  ["system:kube-controller-manager", true],
  ["system:serviceaccount:kube-system:clusterrole-aggregation-controller", true],
  ["system:serviceaccount:shop:clusterrole-aggregation-controller", false],
  ["ann", false],
])("what %s writes into a role is allowed: %s", async (username, allowed) => {
  for (const make of [disallowWildcardRoles, disallowSecretReadingRoles, disallowEscalatingRoles]) {
    const policy = make();
    for (const before of [undefined, clusterRole(null)])
      expect((await judge(policy, reviewBy(username, everything, before), "validate")).allowed).toBe(allowed);
  }
});

it.each<[allowed: string, name: string, isAllowed: boolean]>([
  ["ops", "ops", true],
  ["ops", "ops-a", false],
  ["ops-*", "ops-a", true],
  ["ops-*", "ops-", true],
  ["ops-*", "ops", false],
  ["*", "anything", true],
])("the allowed role %s has %s: %s", async (allowed, name, isAllowed) => {
  const object = { ...everything, metadata: { name } };
  for (const make of [disallowWildcardRoles, disallowSecretReadingRoles, disallowEscalatingRoles]) {
    const verdict = await judge(make({ allowedRoles: [allowed] }), reviewBy("ann", object), "validate");
    expect(verdict.allowed).toBe(isAllowed);
  }
});
