import { expect, it } from "vitest";
import { clusterSettings } from "../../../src/gate/config/clusterSettings.ts";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import * as packs from "../../../src/policies/packs/index.ts";
import type { Pack, PackOptions } from "../../../src/policies/packs/Pack.ts";
import { PolicyDefinitionError } from "../../../src/policy/define/PolicyDefinitionError.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { podReview } from "../defaults/podReview.ts";
import { reviewOf } from "../faultsOf.ts";
import { judge } from "../judge.ts";

const all = Object.entries(packs);
const web = { name: "web", image: "web:1" };

it.each(all)("%s makes a gate with every mode", (name, make) => {
  for (const mode of ["enforce", "warn", "audit"] as const) {
    const { policies, modes, name: own } = make({ mode });
    expect(own).toBe(name);
    const gate = defineGate({ policies, clusters: { c: { identity: "none", modes } } });
    expect(policies.length).toBeGreaterThan(2);
    expect(modes).toEqual(Object.fromEntries(gate.policies.map((policy) => [policy.name, mode])));
  }
});

it.each(all)("%s without a mode leaves it to the cluster", (_name, make) => {
  const { policies, modes } = make();
  const settings = clusterSettings("c", { identity: "none", mode: "audit", modes }, { policies, tiers: [] }, true);
  expect(policies.map((policy) => settings.modeOf(policy.name))).toEqual(policies.map(() => "audit"));
});

it.each([packs.baseline, packs.restricted])("$name, bestPractices and multiTenant have no policy twice", (make) => {
  const made = [make(), packs.bestPractices({ mode: "warn" }), packs.multiTenant({ mode: "audit" })];
  const modes = Object.assign({}, ...made.map((pack) => pack.modes));
  const gate = defineGate({
    policies: made.flatMap((pack) => pack.policies),
    clusters: { c: { identity: "none", modes } },
  });
  expect(gate.policies).toHaveLength(made.reduce((sum, pack) => sum + pack.policies.length, 0));
});

it.each<[pack: (options?: PackOptions) => Pack, pod: JsonObject, denied: readonly string[]]>([
  [packs.baseline, { containers: [web] }, []],
  [packs.baseline, { hostPID: true, containers: [web] }, ["pod-security-baseline"]],
  [
    packs.restricted,
    { containers: [web] },
    ["pod-security-restricted", "disallow-automounted-tokens", "require-read-only-root-filesystem"],
  ],
  [packs.bestPractices, { containers: [web] }, ["require-labels", "require-probes", "require-resources"]],
  [packs.multiTenant, { containers: [{ ...web, imagePullPolicy: "IfNotPresent" }] }, ["require-image-pull-policy"]],
])("$name: %j is denied by %j", async (make, pod, denied) => {
  const review = podReview(pod);
  const { policies } = await judge(make().policies, review, "validate");
  const denying = policies.filter(({ findings }) => findings.some(({ effect }) => effect === "deny"));
  expect(denying.map(({ policy }) => policy)).toEqual(denied);
  const exempt = await judge(make({ exemptNamespaces: ["sh*"] }).policies, review, "validate");
  expect(exempt).toMatchObject({ allowed: true, policies: [] });
  const without = await judge(make({ without: denied }).policies, review, "validate");
  expect(without).toMatchObject({ allowed: true });
});

it.each<[what: string, options: unknown, message: string]>([
  [
    "an unknown mode",
    { mode: "dryrun" },
    'policy "packs.baseline": options.mode is "dryrun", not one of enforce, warn, audit',
  ],
  [
    "an unknown option",
    { modes: {} },
    "options.modes is unknown; known are mode, exemptNamespaces, without, podTemplates.",
  ],
  [
    "the namespaces of a policy",
    { namespaces: { include: ["shop"] } },
    "options.namespaces is unknown; known are mode,",
  ],
  ["the name of a policy", { name: "own" }, "options.name is unknown; known are mode,"],
  ["templates that are no list of kinds", { podTemplates: ["rollouts"] }, "match.podTemplates"],
  ["an unknown policy", { without: ["x"] }, 'options.without has "x"; known are pod-security-baseline, '],
  ["a name instead of a list", { exemptNamespaces: "kube-system" }, "options.exemptNamespaces is not a list"],
  ["null instead of a list", { exemptNamespaces: null }, "options.exemptNamespaces is not a list"],
  ["null instead of names", { without: null }, "options.without is not a list"],
  ["an invalid namespace", { exemptNamespaces: ["Shop"] }, "match.namespaces"],
  ["no options object", null, "options is not an object"],
])("packs refuse %s", (_what, options, message) => {
  const make = (): unknown => packs.baseline(options as PackOptions);
  expect(make).toThrow(PolicyDefinitionError);
  expect(make).toThrow(message);
});

it.each<[kind: string, podTemplates: PackOptions["podTemplates"], by: readonly string[]]>([
  ["Rollout", undefined, []],
  ["Rollout", [{ group: "example.com", resource: "rollouts" }], ["require-image-pull-policy"]],
  ["Deployment", [{ group: "example.com", resource: "rollouts" }], ["require-image-pull-policy"]],
  ["Deployment", undefined, ["require-image-pull-policy"]],
  ["Deployment", false, []],
])("a pack denies a %s with podTemplates %j by %j", async (kind, podTemplates, by) => {
  const object = {
    apiVersion: kind === "Rollout" ? "example.com/v1" : "apps/v1",
    kind,
    metadata: { name: "web", namespace: "shop" },
    spec: { template: { spec: { containers: [{ ...web, imagePullPolicy: "Never" }] } } },
  };
  const { policies } = packs.multiTenant(podTemplates === undefined ? {} : { podTemplates });
  const verdict = await judge(policies, reviewOf(object), "validate");
  expect(verdict.policies.map(({ policy }) => policy)).toEqual(by);
  expect(verdict.allowed).toBe(by.length === 0);
});

it("a pack leaves the templates of policies alone that are not on Pods", () => {
  const kinds = [{ group: "example.com", resource: "rollouts" }];
  const before = packs.multiTenant().policies;
  const after = packs.multiTenant({ podTemplates: kinds }).policies;
  const changed = after.filter(({ match }, index) => match.podTemplates !== before[index]?.match.podTemplates);
  expect(changed.map(({ name }) => name)).toEqual(["require-image-pull-policy"]);
});
