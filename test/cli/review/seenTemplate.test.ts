import { expect, it } from "vitest";
import { seenTemplate } from "../../../src/cli/review/seenTemplate.ts";
import type { Match } from "../../../src/policy/define/Match.ts";
import { policy } from "../../../src/policy/define/policy.ts";

const CUSTOM = [
  { group: "argoproj.io", resource: "rollouts" },
  { group: "ray.io", resource: "rayclusters", version: "v1", path: ["spec", "head"] },
  { group: "example.com", resource: "pairs", path: ["spec", "left"] },
  { group: "example.com", resource: "pairs", path: ["spec", "right"] },
];
const TEMPLATES: Match = { resources: ["pods"], podTemplates: true };
const NAMED: Match = { resources: ["pods"], podTemplates: CUSTOM };

it.each<[match: Match, resource: string, seen: string | undefined]>([
  [TEMPLATES, "/v1/pods", ""],
  [TEMPLATES, "apps/v1/deployments", "spec.template"],
  [TEMPLATES, "batch/v1/cronjobs", "spec.jobTemplate.spec.template"],
  [TEMPLATES, "argoproj.io/v1/rollouts", undefined],
  [TEMPLATES, "/v1/configmaps", undefined],
  [NAMED, "apps/v1/deployments", "spec.template"],
  [NAMED, "argoproj.io/v1/rollouts", "spec.template"],
  [NAMED, "ray.io/v1/rayclusters", "spec.head"],
  [NAMED, "ray.io/v2/rayclusters", undefined],
  [NAMED, "example.com/v1/pairs", undefined],
  [{ resources: ["pods"] }, "/v1/pods", undefined],
  [{ resources: ["pods"], podTemplates: false }, "/v1/pods", undefined],
  [{ resources: ["pods", "deployments"] }, "apps/v1/deployments", undefined],
  [{ resources: ["pods", "deployments"], podTemplates: true }, "apps/v1/deployments", undefined],
  [{ resources: ["pods", "deployments"], podTemplates: true }, "apps/v1/replicasets", "spec.template"],
  [{ resources: ["pods", "deployments/scale"], podTemplates: true }, "apps/v1/deployments", "spec.template"],
  [{ resources: ["pods", "*"], apiGroups: ["", "apps"], podTemplates: true }, "apps/v1/deployments", undefined],
  [{ resources: ["pods", "*"], apiGroups: ["*"], podTemplates: true }, "apps/v1/deployments", undefined],
])("a policy on %j sees in %s the template %s", (match, resource, seen) => {
  const [group = "", version = "", name = ""] = resource.split("/");
  const one = policy({ name: "one", match, validate: () => undefined });
  expect(seenTemplate(one, { group, version, resource: name })?.join(".")).toBe(seen);
});
