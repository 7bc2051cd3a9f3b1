import { expect, it } from "vitest";
import type { Match } from "../../../src/policy/define/Match.ts";
import { callEstimate } from "../../../src/registration/lint/callEstimate.ts";
import { registeredTargets } from "../../../src/registration/rules/registeredTargets.ts";
import { validator } from "../gateFor.ts";

const estimate = (nodes: number, ...matches: Match[]) =>
  callEstimate(
    registeredTargets(
      matches.map((match, index) => validator(`p${index}`, match)),
      "validate",
    ),
    nodes,
  );
const objects: Match = { apiGroups: ["*"], resources: ["*"] };
const all: Match = { apiGroups: ["*"], resources: ["*/*"] };

it.each<[name: string, matches: Match[], callsPerDay: number]>([
  ["all objects", [objects], 30 * 2 * 6 + 1440],
  ["all objects and subresources", [all], 30 * 2 * 17 + 1440],
  [
    "all objects, and events by name",
    [objects, { apiGroups: ["events.k8s.io"], resources: ["events"] }],
    30 * 2 * 11 + 1440,
  ],
  [
    "all objects, and leases by name",
    [objects, { apiGroups: ["coordination.k8s.io"], resources: ["leases"] }],
    30 * 2 * 6 + 1440 + 8640,
  ],
  ["all objects, and nodes by name", [objects, { resources: ["nodes"] }], 30 * 2 * 6 + 1440 + 288],
])("callEstimate counts the calls per node and day for %s", (_name, matches, callsPerDay) => {
  expect(estimate(1, ...matches).callsPerDay).toBe(callsPerDay);
  expect(estimate(100, ...matches).callsPerDay).toBe(100 * callsPerDay);
});

it("callEstimate calculates costs with the price lists of the platforms", () => {
  // 1,800 calls per node and day: 54 million per month with 1,000 nodes.
  const { workersPerMonth, lambdaPerMonth } = estimate(1000, objects);
  expect(workersPerMonth).toBeCloseTo(5 + 44 * 0.3 + (54 * 5 - 30) * 0.02, 5);
  expect(lambdaPerMonth).toBeCloseTo(54 * 0.2 + 54e6 * 0.005 * 0.5 * 0.0000133334, 5);
  expect(estimate(10, objects).workersPerMonth).toBe(5);
});
