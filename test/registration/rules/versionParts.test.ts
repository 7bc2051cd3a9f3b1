import { expect, it } from "vitest";
import type { Match } from "../../../src/policy/define/Match.ts";
import type { RegisteredTarget } from "../../../src/registration/rules/registeredTargets.ts";
import { versionParts } from "../../../src/registration/rules/versionParts.ts";
import { mutator, validator } from "../gateFor.ts";

const HPA = "horizontalpodautoscalers";
const widgets = (...apiVersions: string[]): Match => ({
  apiGroups: ["example.com"],
  resources: ["widgets"],
  ...(apiVersions.length === 0 ? {} : { apiVersions }),
});
const pods: Match = { resources: ["pods"], ephemeralContainers: false, resize: false };
const events = (...apiGroups: string[]): Match => ({ resources: ["events"], apiGroups });
const everything: Match = { resources: ["*"] };

const rollouts = (version: string, ...path: string[]) => ({
  group: "argoproj.io",
  resource: "rollouts",
  version,
  path,
});
const rolloutObjects: Match = { apiGroups: ["argoproj.io"], resources: ["rollouts"] };

/** The parts of policies p0, p1, …, each as `NAME: POLICY RESOURCE, …`; without a name where there is one part. */
function partsOf(...matches: Match[]): string[] {
  const policies = matches.map((match, index) => validator(`p${index}`, match));
  return versionParts(policies, "validate").map(({ name, targets }) => {
    const listed = targets
      .filter(isListed)
      .map(({ policy, resource }) => `${policy.name} ${resource}`)
      .join(", ");
    return name === undefined ? listed : `${name}: ${listed}`;
  });
}

/** Not the built-in workloads that `podTemplates` includes. */
function isListed({ resource, template }: RegisteredTarget): boolean {
  return template.length === 0 || resource === "rollouts";
}

it.each<[name: string, matches: Match[], parts: string[]]>([
  ["resources of different versions", [pods, { resources: [HPA] }], ["p0 pods, p1 horizontalpodautoscalers"]],
  ["one version of a custom resource", [widgets("v1"), widgets("v1")], ["p0 widgets, p1 widgets"]],
  ["any version, twice", [widgets(), widgets("*")], ["p0 widgets, p1 widgets"]],
  ["two versions of a custom resource", [widgets("v1"), widgets("v2")], ["v1: p0 widgets", "v2: p1 widgets"]],
  ["a list of versions and one of them", [widgets("v2", "v1"), widgets("v1")], ["v1-v2: p0 widgets", "v1: p1 widgets"]],
  ["a version and any", [widgets("v1"), widgets()], ["v1: p0 widgets", "any: p1 widgets"]],
  [
    "two versions, and another resource in one of them",
    [widgets("v1"), pods, widgets("v2")],
    ["v1: p0 widgets, p1 pods", "v2: p2 widgets"],
  ],
  [
    "one policy with resources of different versions",
    [
      { resources: ["pods", HPA], ephemeralContainers: false, resize: false },
      { resources: [HPA], apiVersions: ["v1"] },
    ],
    ["v1: p0 pods, p1 horizontalpodautoscalers", "v2: p0 horizontalpodautoscalers"],
  ],
  ["a wildcard beside a resource with one version", [everything, pods], ["p0 *, p1 pods"]],
  [
    "a wildcard beside a resource with several versions",
    [everything, pods, { resources: [HPA] }],
    ["any: p0 *, p1 pods", "v2: p2 horizontalpodautoscalers"],
  ],
  ["a wildcard of one version beside Pods", [{ ...everything, apiVersions: ["v1"] }, pods], ["p0 *, p1 pods"]],
  [
    "a version that Kubernetes does not serve, beside the one that it serves",
    [{ resources: ["deployments"] }, { resources: ["deployments"], apiVersions: ["v1beta1"] }],
    ["v1: p0 deployments", "v1beta1: p1 deployments"],
  ],
  [
    "the subresource and the resource",
    [widgets("v1"), { ...widgets("v2"), resources: ["widgets/status"] }],
    ["p0 widgets, p1 widgets"],
  ],
  ["events of both groups in one policy", [events("", "events.k8s.io")], ["p0 events, p0 events"]],
  [
    "events of each group in two policies",
    [events(""), events("events.k8s.io")],
    ["core-v1: p0 events", "events-v1: p1 events"],
  ],
  ["events beside a wildcard", [{ resources: ["events"] }, everything], ["core-v1: p0 events", "any: p1 *"]],
  [
    "Pod templates at a path for each version",
    [{ ...pods, podTemplates: [rollouts("v1", "spec"), rollouts("v2", "template")] }, rolloutObjects],
    ["v1: p0 pods", "v1-v2: p0 rollouts, p0 rollouts", "any: p1 rollouts"],
  ],
  ["no policy that is called", [{ resources: ["validatingwebhookconfigurations"] }], []],
])("versionParts divides %s", (_name, matches, parts) => {
  expect(partsOf(...matches)).toEqual(parts);
});

it("versionParts divides mutators apart from validators", () => {
  const policies = [mutator("m", widgets("v1")), validator("v", widgets("v2"))];
  expect(versionParts(policies, "mutate").map(({ name }) => name)).toEqual([undefined]);
  expect(versionParts(policies, "validate").map(({ name }) => name)).toEqual([undefined]);
});
