import { expect, it } from "vitest";
import { readStaging } from "../../../src/gate/config/readStaging.ts";
import { policy } from "../../../src/policy/define/policy.ts";

const policies = ["p", "q"].map((name) => policy({ name, match: { resources: ["pods"] }, validate: () => undefined }));
const permit = { until: "2027-01-01", reason: "r", owner: "o" };
const staging = readStaging({
  policies,
  stages: [
    { policies: ["p"], mode: "warn", since: "2026-01-01" },
    { policies: ["*"], clusters: ["prod-*"], mode: "enforce", since: "2026-02-01" },
    { policies: ["*"], clusters: ["prod-*"], mode: "audit", since: "2026-02-01" },
  ],
  exceptions: [
    { policy: "p", namespaces: ["a"], ...permit },
    { policy: "q", clusters: ["prod-*"], ...permit },
  ],
});

it("the stages of a policy are those of the cluster, the last and strictest first", () => {
  const modesOf = (cluster: string, policyName: string): string[] =>
    staging
      .stagesOf(cluster)
      .of(policyName)
      .map(({ mode }) => mode);
  expect(modesOf("prod-1", "p")).toEqual(["enforce", "audit", "warn"]);
  expect(modesOf("prod-1", "q")).toEqual(["enforce", "audit"]);
  expect(modesOf("dev-1", "p")).toEqual(["warn"]);
  expect(modesOf("dev-1", "q")).toEqual([]);
  expect(["prod-1", "dev-1"].map((cluster) => staging.stagesOf(cluster).isEmpty)).toEqual([false, false]);
});

it("clusters that have the same stages and exceptions share them: a gate has thousands of clusters", () => {
  expect(staging.stagesOf("prod-1")).toBe(staging.stagesOf("prod-2"));
  expect(staging.exceptionsOf("prod-1")).toBe(staging.exceptionsOf("prod-2"));
  expect(staging.exceptionsOf("prod-1").map((it) => it.policy)).toEqual(["p", "q"]);
  expect(staging.exceptionsOf("dev-1").map((it) => it.policy)).toEqual(["p"]);
});

it("more combinations than are remembered stay right", () => {
  const names = [...Array(13).keys()];
  const many = readStaging({
    policies,
    exceptions: names.map((n) => ({ policy: "p", clusters: [`*-${n}-*`], ...permit, owner: `o${n}` })),
  });
  for (let combination = 0; combination < 2 ** names.length; combination += 1) {
    const meant = names.filter((n) => (combination >> n) % 2 === 1);
    const found = many.exceptionsOf(`-${meant.map((n) => `${n}-`).join("-")}`);
    expect(found.map(({ owner }) => owner)).toEqual(meant.map((n) => `o${n}`));
  }
});
