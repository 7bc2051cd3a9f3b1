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
const owners = [
  "apps|deployments",
  "apps|statefulsets",
  "apps|daemonsets",
  "apps|replicasets",
  "batch|jobs",
  "batch|cronjobs",
  "|replicationcontrollers",
];
const templates = (operations: string) =>
  owners.map((name) => `${name} ${operations} spec.${name === "batch|cronjobs" ? "jobTemplate.spec." : ""}template`);

it.each<[what: string, match: Match, validators: string[], mutators: string[]]>([
  ["pods", { resources: ["pods"] }, ["|pods CREATE+UPDATE", ephemeral], ["|pods CREATE+UPDATE"]],
  [
    "pods without ephemeral containers",
    { resources: ["pods"], ephemeralContainers: false },
    ["|pods CREATE+UPDATE"],
    ["|pods CREATE+UPDATE"],
  ],
  ["pods on DELETE", { resources: ["pods"], operations: ["DELETE"] }, ["|pods DELETE"], ["|pods DELETE"]],
  ["pods on CREATE", { resources: ["pods"], operations: ["CREATE"] }, ["|pods CREATE", ephemeral], ["|pods CREATE"]],
  [
    "pods/ephemeralcontainers by name",
    { resources: ["pods/ephemeralcontainers"] },
    ["|pods/ephemeralcontainers CREATE+UPDATE"],
    ["|pods/ephemeralcontainers CREATE+UPDATE"],
  ],
  [
    "pods with templates",
    { resources: ["pods"], podTemplates: true, operations: ["UPDATE"] },
    ["|pods UPDATE", ephemeral, ...templates("UPDATE")],
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
    ["*|pods CREATE+UPDATE", ephemeral],
    ["*|pods CREATE+UPDATE"],
  ],
  [
    "wildcards",
    { resources: ["*", "*/*", "*/scale", "pods/*"] },
    ["*|* CREATE+UPDATE", "*|*/* CREATE+UPDATE", "*|*/scale CREATE+UPDATE", "|pods/* CREATE+UPDATE"],
    ["*|* CREATE+UPDATE", "*|*/* CREATE+UPDATE", "*|*/scale CREATE+UPDATE", "|pods/* CREATE+UPDATE"],
  ],
])("policyTargets returns the targets of %s", (_what, match, validators, mutators) => {
  expect(targets(match, "validate")).toEqual(validators);
  expect(targets(match, "mutate")).toEqual(mutators);
});
