import { expect, it } from "vitest";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import { GateRuntime } from "../../src/gate/GateRuntime.ts";
import { policy } from "../../src/policy/define/policy.ts";
import { heapBytes } from "../policy/heapBytes.ts";
import { frozenReview, testRun } from "../policy/policyRun.ts";
import { memoryLog } from "./gateCall.ts";

const policies = ["a", "b", "c"].map((name) =>
  policy({ name, match: { resources: ["pods"] }, validate: () => undefined }),
);
const runtime = () =>
  new GateRuntime(
    defineGate({
      policies,
      entries: { x: { policies: ["b"] } },
      clusters: { one: { identity: "none" }, two: { identity: "none" } },
    }),
    {
      now: Date.now,
      log: memoryLog(),
    },
  );

it.each<[entry: string | undefined, runs: string, unknown: number]>([
  [undefined, "abc", 0],
  ["x", "b", 0],
  ["default", "ac", 0],
  ["gone", "abc", 1],
])("GateRuntime.engineFor(%j) returns the policies %s and counts %i unknown entries", (entry, runs, unknown) => {
  const { engineFor, counters } = bound(runtime());
  expect(
    engineFor(entry)
      .policies.map(({ name }) => name)
      .join(""),
  ).toBe(runs);
  expect(counters.of("unknown_entry")).toBe(unknown);
});

function bound(made: GateRuntime) {
  return { counters: made.counters, engineFor: (entry: string | undefined) => made.engineFor(entry) };
}

it("GateRuntime.registrationHash computes one hash for each settings object", async () => {
  const made = runtime();
  const one = await made.clusters.find("one");
  const two = await made.clusters.find("two");
  if (one === undefined || two === undefined) throw new Error("a cluster is missing");
  expect(made.registrationHash(one)).toBe(made.registrationHash(one));
  expect(await made.registrationHash({ ...one })).toBe(await made.registrationHash(one));
  expect(await made.registrationHash(two)).not.toBe(await made.registrationHash(one));
});

it("the engines of all entries of a gate share 32 MB for their caches", async () => {
  const ofMany = { apiGroups: ["*"], resources: ["*"], operations: ["CREATE", "UPDATE", "DELETE"] } as const;
  const seen = Array.from({ length: 150 }, (_, index) => {
    const include = Array.from({ length: 6 }, (__, name) => `n${index}-${name}`);
    const match = { ...ofMany, namespaces: { include } };
    return policy({ name: `p${index}`, match, validate: () => undefined, mutate: () => undefined });
  });
  const names = Array.from({ length: 12 }, (_, index) => `entry-${index}`);
  const entries = Object.fromEntries(names.map((name) => [name, { policies: seen.map((it) => it.name) }]));
  const made = new GateRuntime(defineGate({ policies: seen, entries, clusters: {} }), {
    now: Date.now,
    log: memoryLog(),
  });
  const before = heapBytes();
  let largest = 0;
  for (const [index, entry] of names.entries()) {
    for (const purpose of ["validate", "mutate"] as const) {
      for (const operation of ["CREATE", "UPDATE", "DELETE"] as const)
        for (const namespace of ["", "other"]) {
          const run = testRun(frozenReview("validate-v1-create-pods-1", { operation, namespace }));
          await made.engineFor(entry)[purpose](run);
          run.deadline.dispose();
        }
    }
    if (index % 3 === 2) largest = Math.max(largest, heapBytes() - before);
  }
  expect(made.engineFor("gone")).toBe(made.engineFor(undefined));
  expect(largest).toBeLessThan(32 * 1024 * 1024);
});
