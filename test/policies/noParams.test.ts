import { expect, it } from "vitest";
import { clusterSettings } from "../../src/gate/config/clusterSettings.ts";
import * as policies from "../../src/policies/index.ts";
import type { Policy } from "../../src/policy/define/policy.ts";

/** What a cluster's parameters for a policy do. */
function settle(policy: Policy, params: unknown): void {
  const cluster = { identity: "none", params: { [policy.name]: params } };
  clusterSettings("c", cluster, { policies: [policy], tiers: [] }, true);
}

it.each<[policy: Policy]>([
  [policies.addAnnotations({ annotations: { a: "b" } })],
  [policies.addLabels({ labels: { a: "b" } })],
  [policies.denyLabels()],
  [policies.disallowLatestTag()],
  [policies.podSecurity({ level: "baseline" })],
  [policies.requireAnnotations({ annotations: ["a"] })],
  [policies.requireLabels()],
  [policies.requireResources()],
])("$name refuses parameters of a cluster, which it would not read", (policy) => {
  for (const params of [{ labels: ["a"] }, {}, [], "a"])
    expect(() => settle(policy, params)).toThrow(
      `gate: clusters.c.params.${policy.name}: the policy has no parameters for clusters; make a second one`,
    );
  expect(() => settle(policy, null)).not.toThrow();
});
