import { describe, expect, it } from "vitest";
import type { Match } from "../../../src/policy/define/Match.ts";
import type { Rule } from "../../../src/registration/rules/Rule.ts";
import { mutator, validator, webhookFor, webhooksOf } from "../gateFor.ts";

const rule = (apiGroups: string[], resources: string[], operations: Rule["operations"], more: Partial<Rule> = {}) => ({
  apiGroups,
  apiVersions: ["v1"],
  operations,
  resources,
  scope: "*",
  ...more,
});
const CHANGES: Rule["operations"] = ["CREATE", "UPDATE"];

async function rulesFor(...matches: Match[]): Promise<readonly Rule[]> {
  const { rules } = await webhookFor(
    ...matches.map((match, index) => validator(`p${index}`, { ephemeralContainers: false, resize: false, ...match })),
  );
  return rules;
}

it.each<[name: string, matches: Match[], rules: object[]]>([
  ["one resource", [{ resources: ["configmaps"] }], [rule([""], ["configmaps"], CHANGES)]],
  [
    "several resources with the same operations",
    [{ resources: ["services", "configmaps"] }],
    [rule([""], ["configmaps", "services"], CHANGES)],
  ],
  [
    "resources with different operations, without their cross product",
    [{ resources: ["configmaps"] }, { resources: ["services"], operations: ["DELETE"] }],
    [rule([""], ["configmaps"], CHANGES), rule([""], ["services"], ["DELETE"])],
  ],
  [
    "resources with different versions, without their cross product",
    [
      { apiGroups: ["a.io"], resources: ["gadgets"], apiVersions: ["v1"] },
      { apiGroups: ["a.io"], resources: ["widgets"], apiVersions: ["v2"] },
    ],
    [
      rule(["a.io"], ["gadgets"], CHANGES, { apiVersions: ["v1"] }),
      rule(["a.io"], ["widgets"], CHANGES, { apiVersions: ["v2"] }),
    ],
  ],
  [
    "several versions of a resource",
    [{ resources: ["configmaps"], apiVersions: ["v2", "v1"] }],
    [rule([""], ["configmaps"], CHANGES, { apiVersions: ["v1", "v2"] })],
  ],
  [
    "a version that the wildcard of another policy covers",
    [{ resources: ["configmaps"], apiVersions: ["*"] }, { resources: ["configmaps"] }],
    [rule([""], ["configmaps"], CHANGES, { apiVersions: ["*"] })],
  ],
  [
    "both scopes as a wildcard",
    [
      { resources: ["configmaps"], scope: "Cluster" },
      { resources: ["configmaps"], scope: "Namespaced" },
    ],
    [rule([""], ["configmaps"], CHANGES)],
  ],
  [
    "a resource with different operations in each scope",
    [
      { resources: ["configmaps"], scope: "Namespaced", operations: ["CREATE", "DELETE"] },
      { resources: ["configmaps"], operations: ["CREATE"] },
    ],
    [rule([""], ["configmaps"], ["CREATE"]), rule([""], ["configmaps"], ["DELETE"], { scope: "Namespaced" })],
  ],
  [
    "a resource of several groups",
    [{ apiGroups: ["b.io", "a.io"], resources: ["widgets"] }],
    [rule(["a.io", "b.io"], ["widgets"], CHANGES, { apiVersions: ["*"] })],
  ],
  [
    "a group that a wildcard covers",
    [
      { apiGroups: ["*"], resources: ["widgets"] },
      { apiGroups: ["a.io"], resources: ["widgets"], operations: ["CREATE", "CONNECT"] },
    ],
    [
      rule(["*"], ["widgets"], CHANGES, { apiVersions: ["*"] }),
      rule(["a.io"], ["widgets"], ["CONNECT"], { apiVersions: ["*"] }),
    ],
  ],
])("rulesOf makes rules for %s", async (_name, matches, rules) => {
  expect(await rulesFor(...matches)).toEqual(rules);
  expect(await rulesFor(...[...matches].reverse())).toEqual(rules);
});

describe("rulesOf leaves out resources that a wildcard covers, which the API server refuses", () => {
  it.each<[matched: string[], registered: string[]]>([
    [
      ["*", "pods", "pods/exec"],
      ["*", "pods/exec"],
    ],
    [["*/*", "*", "pods", "pods/exec"], ["*/*"]],
    [
      ["pods/exec", "pods", "pods/*", "services"],
      ["bindings", "pods/*", "services"],
    ],
    [
      ["*/status", "pods/status", "pods"],
      ["*/status", "pods"],
    ],
    [
      ["*/status", "pods/*"],
      ["*/status", "bindings", "pods/*"],
    ],
  ])("%j become %j", async (matched, resources) => {
    const matches = matched.map(
      (resource): Match => ({
        apiGroups: [""],
        apiVersions: ["*"],
        resources: [resource],
        operations: ["CREATE", "CONNECT"],
      }),
    );
    expect(await rulesFor(...matches)).toEqual([rule([""], resources, ["CREATE", "CONNECT"], { apiVersions: ["*"] })]);
  });
});

it("rules include ephemeral containers, resizes and the workloads of podTemplates", async () => {
  const match: Match = { resources: ["pods"], podTemplates: true, operations: ["CREATE"] };
  const { "default.validate": validate, "default.mutate": mutate } = await webhooksOf({
    policies: [validator("v", match), mutator("m", match)],
  });
  const workloads = [
    rule([""], ["pods", "podtemplates", "replicationcontrollers"], ["CREATE"]),
    rule(["apps"], ["daemonsets", "deployments", "replicasets", "statefulsets"], ["CREATE"]),
    rule(["batch"], ["cronjobs", "jobs"], ["CREATE"]),
  ];
  expect(mutate?.rules).toEqual(workloads);
  expect(validate?.rules).toEqual([
    workloads[0],
    rule([""], ["pods/ephemeralcontainers", "pods/resize"], ["UPDATE"]),
    ...workloads.slice(1),
  ]);
});

it("rules include the kinds that podTemplates names, in their versions", async () => {
  const podTemplates = [
    { group: "argoproj.io", resource: "rollouts" },
    { group: "batch.example.com", resource: "pools", version: "v2", path: ["spec", "pool", "template"] },
  ];
  const { "default.validate": validate } = await webhooksOf({
    policies: [
      validator("v", { resources: ["pods"], apiVersions: ["v1"], podTemplates, operations: ["CREATE"], resize: false }),
    ],
  });
  expect(validate?.rules).toEqual(
    expect.arrayContaining([
      rule(["argoproj.io"], ["rollouts"], ["CREATE"], { apiVersions: ["*"] }),
      rule(["batch.example.com"], ["pools"], ["CREATE"], { apiVersions: ["v2"] }),
    ]),
  );
});

it("rules of mutators have no DELETE, which has no object to change", async () => {
  const { "default.mutate": mutate } = await webhooksOf({
    policies: [mutator("m", { resources: ["configmaps"], operations: ["CREATE", "DELETE"] })],
  });
  expect(mutate?.rules).toEqual([rule([""], ["configmaps"], ["CREATE"])]);
});

it("rules leave out the group admissionregistration.k8s.io", async () => {
  const exempt = validator("a", { resources: ["validatingwebhookconfigurations"] });
  expect(await webhooksOf({ policies: [exempt] })).toEqual({});
  expect((await webhookFor(exempt, validator("b", { resources: ["configmaps"] }))).rules).toEqual([
    rule([""], ["configmaps"], CHANGES),
  ]);
});
