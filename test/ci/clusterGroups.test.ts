import { expect, it } from "vitest";
import { ciSteps } from "./ciSteps.ts";
import { clusterGroups } from "./clusterGroups.ts";

it("each suite of the real control plane is in one group, and no group is empty", () => {
  const groups = clusterGroups();
  const files = groups.flatMap(({ files }) => files);
  expect(files.length).toBeGreaterThan(20);
  expect(new Set(files).size).toBe(files.length);
  expect(groups.every(({ files }) => files.length > 0)).toBe(true);
});

it("a suite that is new runs with the others", () => {
  expect(clusterGroups(["test/e2e/somethingNew.test.ts"]).map(({ files }) => files.length)).toEqual([0, 0, 1]);
});

it("all essential steps come before the others", () => {
  const flags = ciSteps().map(({ isEssential }) => isEssential);
  expect(flags.lastIndexOf(true)).toBeLessThan(flags.indexOf(false));
});
