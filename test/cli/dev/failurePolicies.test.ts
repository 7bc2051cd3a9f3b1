import { expect, it } from "vitest";
import { failurePolicies, failurePolicyChanges } from "../../../src/cli/dev/failurePolicies.ts";
import { defineGate, type Gate, type GateDefinition } from "../../../src/gate/config/defineGate.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import { type ClusterRest, openCluster } from "../../gate/openCluster.ts";

const pods = policy({ name: "pods", match: { resources: ["pods"] }, validate: () => {} });
const jobs = policy({ name: "jobs", match: { resources: ["jobs"] }, mutate: () => {} });
const gateWith = (
  clusters: Readonly<Record<string, ClusterRest>> | (() => Promise<ClusterRest>),
  definition: Partial<GateDefinition> = {},
): Gate => {
  const open: GateDefinition["clusters"] =
    typeof clusters === "function"
      ? async () => openCluster(await clusters())
      : Object.fromEntries(Object.entries(clusters).map(([name, rest]) => [name, openCluster(rest)]));
  return defineGate({ name: "shop", policies: [pods, jobs], clusters: open, ...definition });
};
const changes = async (before: Gate, after: Gate): Promise<string[]> =>
  failurePolicyChanges(await failurePolicies(before), await failurePolicies(after));

const VALIDATE = "failurePolicy of default.validate.shop.postern.dev:";
const MUTATE = "failurePolicy of default.mutate.shop.postern.dev:";
const warn = { modes: { pods: "warn" } } as const;

it.each<[what: string, before: Gate, after: Gate, lines: string[]]>([
  ["nothing for the same modes", gateWith({ a: {} }), gateWith({ a: {} }), []],
  [
    "enforce to warn",
    gateWith({ a: {} }),
    gateWith({ a: warn }),
    [`${VALIDATE} Fail becomes Ignore`, "  render and apply again in a; postern dev keeps Ignore"],
  ],
  [
    "audit to enforce",
    gateWith({ a: { modes: { pods: "audit" } } }),
    gateWith({ a: {} }),
    [`${VALIDATE} Ignore becomes Fail`, "  render and apply again in a; postern dev keeps Ignore"],
  ],
  ["nothing for warn to audit", gateWith({ a: warn }), gateWith({ a: { modes: { pods: "audit" } } }), []],
  [
    "only the cluster whose mode changed",
    gateWith({ a: {}, b: {} }),
    gateWith({ a: {}, b: warn }),
    [`${VALIDATE} Fail becomes Ignore`, "  render and apply again in b; postern dev keeps Ignore"],
  ],
  [
    "both webhooks in three clusters",
    gateWith({ a: {}, b: {}, c: {} }),
    gateWith(
      Object.fromEntries(
        ["a", "b", "c"].map((name) => [name, { modes: { pods: "warn" as const, jobs: "warn" as const } }]),
      ),
    ),
    [
      `${VALIDATE} Fail becomes Ignore`,
      "  render and apply again in a and 2 more; postern dev keeps Ignore",
      `${MUTATE} Fail becomes Ignore`,
      "  render and apply again in a and 2 more; postern dev keeps Ignore",
    ],
  ],
  [
    "an option of the entry",
    gateWith({ a: {} }),
    gateWith({ a: {} }, { entries: { default: { failurePolicy: "Ignore" } } }),
    [
      `${VALIDATE} Fail becomes Ignore`,
      "  render and apply again in a; postern dev keeps Ignore",
      `${MUTATE} Fail becomes Ignore`,
      "  render and apply again in a; postern dev keeps Ignore",
    ],
  ],
  ["nothing for a cluster that was added", gateWith({ a: {} }), gateWith({ a: {}, b: warn }), []],
  ["nothing for a webhook that was added", gateWith({ a: {} }, { policies: [jobs] }), gateWith({ a: warn }), []],
  ["nothing where clusters are looked up", gateWith(async () => ({})), gateWith(async () => warn), []],
])("failurePolicyChanges reports %s", async (_what, before, after, lines) => {
  expect(await changes(before, after)).toEqual(lines);
});

it("failurePolicies looks at 50 clusters at most", async () => {
  const names = Array.from({ length: 60 }, (_, index) => `cluster-${index}`);
  expect((await failurePolicies(gateWith(Object.fromEntries(names.map((name) => [name, {}]))))).size).toBe(50);
});
