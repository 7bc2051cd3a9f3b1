import { expect, it } from "vitest";
import { EntryEngines } from "../../src/gate/EntryEngines.ts";
import { warn } from "../../src/policy/define/Finding.ts";
import { policy } from "../../src/policy/define/policy.ts";
import { frozenReview, testRun } from "../policy/policyRun.ts";

const widgets = { apiGroups: ["example.com"], resources: ["widgets"] };
const seen = (name: string, ...apiVersions: string[]) =>
  policy({ name, match: { ...widgets, apiVersions }, validate: () => warn("ran"), mutate: () => warn("ran") });
const engines = new EntryEngines([seen("first", "v1"), seen("second", "v2"), seen("both", "v1", "v2")]);
const review = frozenReview("validate-v1-create-pods-1", {
  resource: { group: "example.com", version: "v2", resource: "widgets" },
});

it.each<[part: string | undefined, warnings: string[], denied: string[]]>([
  ["v1", [], ["first"]],
  ["v2", ["second: ran"], []],
  ["v1-v2", ["both: ran"], []],
  [undefined, ["second: ran", "both: ran"], ["first"]],
  ["gone", ["second: ran", "both: ran"], ["first"]],
])("EntryEngines judges by the policies of the part %j", async (part, warnings, denied) => {
  for (const purpose of ["validate", "mutate"] as const) {
    const run = testRun(review);
    const verdict = await engines.for(part)[purpose](run);
    run.deadline.dispose();
    expect(verdict.warnings).toEqual(warnings);
    expect(verdict.policies.filter(({ result }) => result === "other-version").map((it) => it.policy)).toEqual(denied);
  }
});

it("EntryEngines has one engine where no policies are on different versions", () => {
  const one = new EntryEngines([seen("first", "v1")]);
  expect(one.for("v1")).toBe(one.for(undefined));
});
