import { expect, it } from "vitest";
import { mirrorPods, optionalTemplates, rootOf } from "../../src/native/podVariables.ts";
import { denyLabels } from "../../src/policies/index.ts";
import type { Match } from "../../src/policy/define/Match.ts";
import { registeredTargets } from "../../src/registration/rules/registeredTargets.ts";

const targetsOf = (podTemplates: Match["podTemplates"]) =>
  registeredTargets([denyLabels({ podTemplates })], "validate").filter(({ template }) => template.length > 0);

it("tells kinds of the same plural apart by group and version", () => {
  const root = rootOf(
    targetsOf([{ group: "example.com", resource: "jobs", version: "v1", path: ["spec", "head"] }]),
    "object",
  );
  expect(root).toContain(
    "((request.resource.group == 'example.com' && request.resource.resource == 'jobs' && request.resource.version == 'v1') ? object.spec.head : ",
  );
  expect(root).not.toContain("in ['jobs']");
});

it("names only plurals where no other kind has them", () => {
  expect(rootOf(targetsOf(true), "object")).toBe(
    "(request.resource.resource in ['podtemplates'] ? object.template : (request.resource.resource in ['cronjobs'] ? object.spec.jobTemplate.spec.template : object.spec.template))",
  );
});

it("leaves out objects without a template only of kinds that may have none", () => {
  expect(optionalTemplates(targetsOf([{ group: "example.com", resource: "rollouts" }]))).toEqual([]);
  expect(optionalTemplates(targetsOf([{ group: "example.com", resource: "rollouts", optional: true }]))).toEqual([
    {
      name: "postern.has-template",
      expression:
        "!((request.resource.group == 'example.com' && request.resource.resource == 'rollouts')) || (object == null ? oldObject : object).?spec.?template.orValue(null) != null",
    },
  ]);
});

it.each<[what: string, onExisting: string, targets: () => ReturnType<typeof targetsOf>, count: number]>([
  ["Pods of a policy that warns of what was there", "warn", () => registeredTargets([denyLabels()], "validate"), 1],
  ["Pods of a policy that denies it", "deny", () => registeredTargets([denyLabels()], "validate"), 0],
  ["templates", "warn", () => targetsOf(true), 0],
])("leaves out mirror Pods: %s", (_, onExisting, targets, count) => {
  expect(mirrorPods(targets(), onExisting)).toHaveLength(count);
});
