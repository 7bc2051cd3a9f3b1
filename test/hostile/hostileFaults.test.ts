import { expect, it } from "vitest";
import { type HostileRun, hostileFaults } from "./hostileFaults.ts";
import type { ReviewCounts } from "./RealReviews.ts";

const counts = (milliseconds: number, more: Partial<ReviewCounts> = {}): ReviewCounts => ({
  sent: 3,
  failed: 0,
  retried: 0,
  failures: [],
  latencies: [milliseconds, milliseconds, milliseconds],
  ...more,
});
const run = (more: Partial<HostileRun> = {}): HostileRun => ({
  runtime: "node",
  seconds: 600,
  quiet: counts(10),
  hostile: counts(50),
  attempts: { silentBodies: 1 },
  resident: { before: 100, peak: 300, after: 120 },
  ...more,
});

it.each<[what: string, run: HostileRun, faults: RegExp[]]>([
  ["all that may be", run(), []],
  [
    "a review that failed",
    run({ hostile: counts(1, { failed: 1, failures: ["reset"] }) }),
    [/hostile: 1 of 3 .*reset/],
  ],
  ["a review that failed before", run({ quiet: counts(1, { failed: 1 }), hostile: counts(5) }), [/quiet: 1 of 3/]],
  ["no review", run({ hostile: counts(50, { sent: 0 }) }), [/no review was sent/]],
  ["a p99 over 5 times", run({ hostile: counts(51) }), [/p99 is 5\.1 times/]],
  ["no latencies", run({ hostile: counts(1, { latencies: [] }) }), [/p99 is NaN/]],
  ["memory that stays", run({ resident: { before: 100, peak: 300, after: 121 } }), [/memory a minute after is 1\.21/]],
  ["a gate that ended", run({ resident: { before: 100, peak: Number.NaN, after: Number.NaN } }), [/ended/, /NaN/]],
  ["an attack that was not tried", run({ attempts: { silentBodies: 0 } }), [/silentBodies was not tried/]],
  ["no attack", run({ attempts: {} }), [/no attack was tried/]],
  ["a short attack, whatever p99 and memory are", run({ seconds: 30, hostile: counts(500) }), []],
])("for %s", (_, measured, faults) => {
  const found = hostileFaults(measured);
  expect(found).toHaveLength(faults.length);
  for (const [index, fault] of faults.entries()) expect(found[index]).toMatch(fault);
});
