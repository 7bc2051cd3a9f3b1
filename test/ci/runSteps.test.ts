import { expect, it } from "vitest";
import { budgetOf } from "./budgetOf.ts";
import { type CiStep, step } from "./CiStep.ts";
import { Pace } from "./Pace.ts";
import { printReport } from "./printReport.ts";
import type { StepEnd } from "./runStep.ts";
import { type CiRun, runSteps } from "./runSteps.ts";

/** A run whose steps end as in `took`, with a fake clock. */
function clocked(
  took: Readonly<Record<string, Omit<StepEnd, "secrets"> & Partial<StepEnd>>>,
  more: Partial<CiRun> = {},
): { run: CiRun; lines: string[] } {
  let elapsed = 0;
  const lines: string[] = [];
  const run: CiRun = {
    budgetSeconds: 1_000,
    limitSeconds: 2_000,
    pace: new Pace(1),
    elapsedSeconds: () => elapsed,
    print: (line) => lines.push(line),
    signal: new AbortController().signal,
    async run({ command: [program], seconds }) {
      const end = took[program] ?? { outcome: "passed", seconds };
      elapsed += end.seconds;
      return { secrets: [], ...end };
    },
    ...more,
  };
  return { run, lines };
}

const essential = (name: string, seconds: number): CiStep => step(name, seconds, [name], { isEssential: true });
const other = (name: string, seconds: number): CiStep => step(name, seconds, [name]);
const outcomes = async (steps: readonly CiStep[], run: CiRun): Promise<string[]> =>
  (await runSteps(steps, run)).map(({ name, outcome }) => `${name} ${outcome}`);

it("runSteps counts passed steps in its last line", async () => {
  const { run } = clocked({});
  const reports = await runSteps([essential("a", 100), other("b", 100)], run);
  expect(printReport(reports, 200, 1_000)).toMatch(/3\.3 min of 16\.7\n\n2 passed, 0 failed$/);
});

it("runSteps counts a failed step and runs the later steps", async () => {
  const { run } = clocked({ a: { outcome: "failed", seconds: 5 } });
  const reports = await runSteps([essential("a", 100), other("b", 100)], run);
  expect(printReport(reports, 200, 1_000)).toMatch(/FAIL +5 s {2}a\n.*\n.*\n\n1 passed, 1 failed$/);
});

it("runSteps says where a secret was in the output of a step, and counts it as failed", async () => {
  const secrets = [{ kind: "planted secret", where: "a.test.ts > b" }] as const;
  const { run, lines } = clocked({ a: { outcome: "failed", seconds: 5, secrets } });
  const reports = await runSteps([essential("a", 100), other("b", 100)], run);
  expect(printReport(reports, 200, 1_000)).toMatch(/FAIL +5 s {2}a {2}\(a secret is in its output\)\n/);
  expect(lines).toContain("SECRET in the output: a planted secret, a.test.ts > b");
});

it("runSteps names and counts a step as skipped when earlier steps took twice their expected time", async () => {
  const { run, lines } = clocked({ a: { outcome: "passed", seconds: 400 }, b: { outcome: "passed", seconds: 400 } });
  const reports = await runSteps([essential("a", 200), other("b", 200), other("c", 150)], run);
  expect(printReport(reports, 800, 1_000)).toMatch(
    /skip +0 s {2}c {2}\(it takes about 5\.0 min.*\n.*\n\n2 passed, 0 failed, 1 skipped$/,
  );
  expect(lines.join("\n")).toContain("== c: skipped, 0 s, it takes about 5.0 min, and 3.3 of 16.7 min are left");
});

it("runSteps counts a step that reached the limit as skipped, or as failed when it is essential", async () => {
  const end: StepEnd = { outcome: "out of time", seconds: 2_000, secrets: [] };
  expect(await outcomes([other("a", 100)], clocked({ a: end }).run)).toEqual(["a skipped"]);
  expect(await outcomes([essential("a", 100), essential("b", 1)], clocked({ a: end }).run)).toEqual([
    "a failed",
    "b failed",
  ]);
});

it("runSteps runs no further step after an interruption", async () => {
  const controller = new AbortController();
  const { run } = clocked({}, { signal: controller.signal });
  const interrupted: CiRun = {
    ...run,
    run: async (...given) => {
      controller.abort();
      return run.run(...given);
    },
  };
  expect(await outcomes([essential("a", 100), essential("b", 100)], interrupted)).toEqual(["a passed", "b skipped"]);
});

it.each([
  ["the reference machine", 1, 50],
  ["a faster machine", 0.5, 50],
  ["a machine of eight ninths of the speed", 1.125, 56.25],
  ["a machine of a third of the speed", 3, 60],
  ["a machine of a tenth of the speed", 10, 60],
])("budgetOf returns the budget on %s", (_, factor, minutes) => {
  expect(budgetOf(factor) / 60).toBe(minutes);
});

it.each<[string, factor: number, steps: readonly [expected: number, took: number][], expected: number]>([
  ["the speed factor before the first step", 2, [], 2],
  ["the speed factor when too little has run", 2, [[10, 100]], 2],
  ["the speed factor when steps took as long as expected", 2, [[100, 200]], 2],
  [
    "the measured ratio when steps took longer",
    2,
    [
      [50, 200],
      [50, 200],
    ],
    4,
  ],
  ["at least half the speed factor when steps took far less, for example from a cache", 2, [[300, 3]], 1],
  ["1 on a machine that is faster than the reference machine", 0.5, [], 1],
])("Pace estimates %s", (_, factor, steps, expected) => {
  const pace = new Pace(factor);
  for (const [seconds, took] of steps) pace.add(seconds, took);
  expect(pace.secondsPerSecond).toBe(expected);
});
