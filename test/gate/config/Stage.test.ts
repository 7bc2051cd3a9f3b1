import { expect, it } from "vitest";
import { readStages } from "../../../src/gate/config/Stage.ts";

const NAMES = { policies: ["deny-labels", "require-labels"], clusters: ["prod-1", "prod-2"] };
const stage = { policies: ["deny-labels"], clusters: ["prod-*"], mode: "warn", since: "2026-12-01" };

it("readStages takes stages with and without namespaces", () => {
  const [all, some] = readStages([stage, { ...stage, namespaces: ["team-?"] }], NAMES);
  expect(all?.isIn).toBeUndefined();
  expect(["team-a", "team-ab", ""].map((namespace) => some?.isIn?.(namespace))).toEqual([true, false, false]);
  expect([all?.isFor("deny-labels"), all?.isFor("require-labels")]).toEqual([true, false]);
  expect([all?.isOf("prod-1"), all?.isOf("dev-1")]).toEqual([true, false]);
});

it.each<[what: string, stages: unknown, fault: string]>([
  ["no list", {}, "stages is not a list"],
  ["no object", [1], "stages[0] is not an object"],
  [
    "a misspelt member",
    [{ ...stage, from: "2026-12-01" }],
    "stages[0].from is unknown; known are policies, clusters, namespaces, mode, since",
  ],
  ["no policies", [{ ...stage, policies: undefined }], "stages[0].policies is missing"],
  ["an empty list", [{ ...stage, policies: [] }], "stages[0].policies: expected a list of at least one text"],
  [
    "a policy that the gate does not have",
    [stage, { ...stage, policies: ["deny-label"] }],
    'stages[1].policies has "deny-label", which matches no policy of the gate; it has deny-labels, require-labels',
  ],
  ["a pattern without a policy", [{ ...stage, policies: ["x-*"] }], "matches no policy"],
  [
    "a cluster that the gate does not have",
    [{ ...stage, clusters: ["dev"] }],
    'stages[0].clusters has "dev", which matches no cluster of the gate; it has prod-1, prod-2',
  ],
  ["a namespace that cannot be", [{ ...stage, namespaces: ["A"] }], "stages[0].namespaces has"],
  ["another mode", [{ ...stage, mode: "deny" }], "stages[0].mode: expected enforce, warn, audit"],
  [
    "a time without a zone",
    [{ ...stage, since: "2026-12-01T09:00" }],
    "stages[0].since: expected such as 2026-12-01 or",
  ],
  ["no date", [{ ...stage, since: undefined }], "stages[0].since: expected"],
])("readStages refuses %s", (_what, stages, fault) => {
  expect(() => readStages(stages, NAMES)).toThrow(fault);
});

it("readStages takes any cluster where the clusters are those of a lookup", () => {
  expect(readStages([{ ...stage, clusters: ["anything"] }], { ...NAMES, clusters: undefined })).toHaveLength(1);
});
