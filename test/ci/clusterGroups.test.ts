import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { ciSteps } from "./ciSteps.ts";
import { clusterGroups } from "./clusterGroups.ts";

it("clusterGroups puts each cluster suite into exactly one group and leaves no group empty", () => {
  const groups = clusterGroups();
  const files = groups.flatMap(({ files }) => files);
  expect(files.length).toBeGreaterThan(20);
  expect(new Set(files).size).toBe(files.length);
  expect(groups.every(({ files }) => files.length > 0)).toBe(true);
});

it("clusterGroups finds the suites in subfolders, each at a path that exists", () => {
  const files = clusterGroups().flatMap(({ files }) => files);
  expect(files).toContain("test/e2e/sync/syncKills.test.ts");
  expect(files.filter((file) => !existsSync(new URL(`../../${file}`, import.meta.url)))).toEqual([]);
});

it.each([
  ["test/cluster/startCluster.test.ts", "core"],
  ["test/e2e/gate/operations.test.ts", "core"],
  ["test/e2e/gate/failures.test.ts", "core"],
  ["test/e2e/gate/rendered.test.ts", "core"],
  ["test/e2e/gate/guards.test.ts", "core"],
  ["test/e2e/gate/conversions.test.ts", "core"],
  ["test/e2e/kustomize/kustomize.test.ts", "core"],
  ["test/e2e/sync/sync.test.ts", "core"],
  ["test/e2e/sync/syncFaults.test.ts", "core"],
  ["test/e2e/rollout/rollout.test.ts", "core"],
  ["test/e2e/sync/syncKills.test.ts", "sync"],
  ["test/e2e/versions/olderSync.test.ts", "sync"],
  ["test/e2e/image/image.test.ts", "image"],
  ["test/e2e/rollout/rolloutKills.test.ts", "other"],
  ["test/e2e/edges/managedEdge.test.ts", "other"],
  ["test/e2e/policies/nativeForms.test.ts", "other"],
])("clusterGroups finds %s and puts it into the group %s", (file, group) => {
  expect(
    clusterGroups()
      .filter(({ files }) => files.includes(file))
      .map(({ name }) => name),
  ).toEqual([group]);
});

it("clusterGroups puts a suite that it does not know into the last group", () => {
  expect(clusterGroups(["test/e2e/somethingNew.test.ts"]).map(({ files }) => files.length)).toEqual([0, 0, 0, 1]);
});

it("ciSteps lists all essential steps before the others", () => {
  const flags = ciSteps().map(({ isEssential }) => isEssential);
  expect(flags.lastIndexOf(true)).toBeLessThan(flags.indexOf(false));
});
