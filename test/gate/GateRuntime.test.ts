import { expect, it } from "vitest";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import { GateRuntime } from "../../src/gate/GateRuntime.ts";
import { policy } from "../../src/policy/define/policy.ts";
import { memoryLog } from "./gateCall.ts";

const policies = ["a", "b", "c"].map((name) =>
  policy({ name, match: { resources: ["pods"] }, validate: () => undefined }),
);
const runtime = () =>
  new GateRuntime(defineGate({ policies, entries: { x: { policies: ["b"] } }, clusters: { one: {}, two: {} } }), {
    now: Date.now,
    log: memoryLog(),
  });

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
