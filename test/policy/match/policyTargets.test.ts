import { expect, it } from "vitest";
import type { Match } from "../../../src/policy/define/Match.ts";
import { policyTargets } from "../../../src/policy/match/policyTargets.ts";

/** Each target as `group|resource/subresource operations template`. */
function targets(match: Match, purpose: "validate" | "mutate"): string[] {
  return policyTargets(match, purpose).map(({ group, resource, subresource, operations, template }) =>
    [`${group}|${resource}${subresource && `/${subresource}`}`, operations.join("+"), template.join(".")]
      .join(" ")
      .trim(),
  );
}

const ephemeral = "|pods/ephemeralcontainers UPDATE";
const resize = "|pods/resize UPDATE";
const owners = [
  "apps|deployments",
  "apps|statefulsets",
  "apps|daemonsets",
  "apps|replicasets",
  "batch|jobs",
  "batch|cronjobs",
  "|replicationcontrollers",
];
const templates = (operations: string) => [
  ...owners.map((name) => `${name} ${operations} spec.${name === "batch|cronjobs" ? "jobTemplate.spec." : ""}template`),
  `|podtemplates ${operations} template`,
];

const named = ["argoproj.io|rollouts CREATE+UPDATE spec.template", "a.io|jobs CREATE+UPDATE spec.pool.template"];
const wildcards = ["*|* CREATE+UPDATE", "*|*/* CREATE+UPDATE", "*|*/scale CREATE+UPDATE", "|pods/* CREATE+UPDATE"];

it.each<[what: string, match: Match, validators: string[], mutators: string[]]>([
  ["pods", { resources: ["pods"] }, ["|pods CREATE+UPDATE", ephemeral, resize], ["|pods CREATE+UPDATE"]],
  [
    "pods without ephemeral containers",
    { resources: ["pods"], ephemeralContainers: false },
    ["|pods CREATE+UPDATE", resize],
    ["|pods CREATE+UPDATE"],
  ],
  [
    "pods without resizes",
    { resources: ["pods"], resize: false },
    ["|pods CREATE+UPDATE", ephemeral],
    ["|pods CREATE+UPDATE"],
  ],
  [
    "pods with the subresources by name",
    { resources: ["pods", "pods/resize", "pods/ephemeralcontainers"] },
    ["|pods CREATE+UPDATE", "|pods/resize CREATE+UPDATE", "|pods/ephemeralcontainers CREATE+UPDATE"],
    ["|pods CREATE+UPDATE", "|pods/resize CREATE+UPDATE", "|pods/ephemeralcontainers CREATE+UPDATE"],
  ],
  [
    "the creation of pods, with a subresource by name",
    { resources: ["pods", "pods/ephemeralcontainers"], operations: ["CREATE"] },
    ["|pods CREATE", "|pods/ephemeralcontainers CREATE", ephemeral, resize],
    ["|pods CREATE", "|pods/ephemeralcontainers CREATE"],
  ],
  [
    "the binding of a Pod",
    { resources: ["pods/binding"], operations: ["CREATE"] },
    ["|pods/binding CREATE", "|bindings CREATE"],
    ["|pods/binding CREATE", "|bindings CREATE"],
  ],
  [
    "bindings",
    { resources: ["bindings"], operations: ["CREATE"] },
    ["|bindings CREATE", "|pods/binding CREATE"],
    ["|bindings CREATE", "|pods/binding CREATE"],
  ],
  [
    "bindings of another group",
    { apiGroups: ["example.com"], resources: ["bindings"] },
    ["example.com|bindings CREATE+UPDATE"],
    ["example.com|bindings CREATE+UPDATE"],
  ],
  [
    "any group among others",
    { apiGroups: ["apps", "*"], resources: ["deployments"] },
    ["*|deployments CREATE+UPDATE"],
    ["*|deployments CREATE+UPDATE"],
  ],
  ["pods on DELETE", { resources: ["pods"], operations: ["DELETE"] }, ["|pods DELETE"], ["|pods DELETE"]],
  [
    "pods on CREATE",
    { resources: ["pods"], operations: ["CREATE"] },
    ["|pods CREATE", ephemeral, resize],
    ["|pods CREATE"],
  ],
  [
    "pods/ephemeralcontainers by name",
    { resources: ["pods/ephemeralcontainers"] },
    ["|pods/ephemeralcontainers CREATE+UPDATE"],
    ["|pods/ephemeralcontainers CREATE+UPDATE"],
  ],
  [
    "pods with templates",
    { resources: ["pods"], podTemplates: true, operations: ["UPDATE"] },
    ["|pods UPDATE", ephemeral, resize, ...templates("UPDATE")],
    ["|pods UPDATE", ...templates("UPDATE")],
  ],
  [
    "resources of built-in groups",
    { resources: ["deployments", "deployments/scale", "secrets"] },
    ["apps|deployments CREATE+UPDATE", "apps|deployments/scale CREATE+UPDATE", "|secrets CREATE+UPDATE"],
    ["apps|deployments CREATE+UPDATE", "apps|deployments/scale CREATE+UPDATE", "|secrets CREATE+UPDATE"],
  ],
  [
    "pods of other groups",
    { apiGroups: ["a", "b"], resources: ["pods"] },
    ["a|pods CREATE+UPDATE", "b|pods CREATE+UPDATE"],
    ["a|pods CREATE+UPDATE", "b|pods CREATE+UPDATE"],
  ],
  [
    "pods of any group",
    { apiGroups: ["*"], resources: ["pods"] },
    ["*|pods CREATE+UPDATE", ephemeral, resize],
    ["*|pods CREATE+UPDATE"],
  ],
  [
    "wildcards",
    { resources: ["*", "*/*", "*/scale", "pods/*"] },
    [...wildcards, "|bindings CREATE+UPDATE"],
    [...wildcards, "|bindings CREATE+UPDATE"],
  ],
  [
    "pods and named kinds with Pod templates",
    {
      resources: ["pods"],
      podTemplates: [
        { group: "argoproj.io", resource: "rollouts" },
        { group: "a.io", resource: "jobs", path: ["spec", "pool", "template"] },
      ],
    },
    ["|pods CREATE+UPDATE", ephemeral, resize, ...templates("CREATE+UPDATE"), ...named],
    ["|pods CREATE+UPDATE", ...templates("CREATE+UPDATE"), ...named],
  ],
])("policyTargets returns the targets of %s", (_what, match, validators, mutators) => {
  expect(targets(match, "validate")).toEqual(validators);
  expect(targets(match, "mutate")).toEqual(mutators);
});
