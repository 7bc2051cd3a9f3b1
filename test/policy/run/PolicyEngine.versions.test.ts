import { expect, it } from "vitest";
import { deny } from "../../../src/policy/define/Finding.ts";
import type { Mode } from "../../../src/policy/define/Mode.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import { frozenReview, judge } from "../policyRun.ts";

const object = { apiVersion: "autoscaling/v1", kind: "HorizontalPodAutoscaler", metadata: { name: "a" } };
const old = frozenReview("validate-v1-create-pods-1", {
  resource: { group: "autoscaling", version: "v1", resource: "horizontalpodautoscalers" },
  object,
});
const asked: string[] = [];
const typed = policy({
  name: "typed",
  match: { resources: ["horizontalpodautoscalers"] },
  validate: () => {
    asked.push("typed");
    return deny("never");
  },
  mutate: () => {
    asked.push("typed");
  },
});
const any = policy({
  name: "any",
  match: { resources: ["horizontalpodautoscalers"], apiVersions: ["*"] },
  validate: () => {
    asked.push("any");
  },
});
const MESSAGE =
  "the policy judges horizontalpodautoscalers in autoscaling/v2, and the request came as autoscaling/v1; render the registration again and apply it";

it.each<[mode: Mode, verdict: object]>([
  ["enforce", { allowed: false, message: `typed: ${MESSAGE}`, code: 500 }],
  ["warn", { allowed: true, warnings: [`typed: ${MESSAGE}`] }],
  ["audit", { allowed: true, auditAnnotations: { "typed.would-deny": MESSAGE } }],
])("a policy in mode %s does not run on another version, and reports it", async (mode, expected) => {
  for (const purpose of ["validate", "mutate"] as const) {
    asked.length = 0;
    const { verdict } = await judge(purpose, old, [typed, any], { modes: { typed: mode } });
    expect(verdict).toMatchObject(expected);
    expect(verdict.policies[0]).toMatchObject({ policy: "typed", result: "other-version" });
    expect(asked).toEqual(purpose === "validate" ? ["any"] : []);
  }
});

it("an UPDATE in another version is denied although the old object has the version too", async () => {
  const update = { ...old, operation: "UPDATE" as const, oldObject: object };
  const { verdict } = await judge("validate", update, [typed]);
  expect(verdict).toMatchObject({ allowed: false, message: `typed: ${MESSAGE}` });
});
