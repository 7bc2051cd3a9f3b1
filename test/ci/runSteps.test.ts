import { expect, it } from "vitest";
import { budgetOf } from "./budgetOf.ts";
import { type CiStep, step } from "./CiStep.ts";
import { Pace } from "./Pace.ts";
import { printReport } from "./printReport.ts";
import type { StepEnd } from "./runStep.ts";
import { type CiRun, runSteps } from "./runSteps.ts";

/** Steps that take the seconds that `took` says, and end as it says, by a clock of the test's. */
function clocked(took: Readonly<Record<string, StepEnd>>, more: Partial<CiRun> = {}): { run: CiRun; lines: string[] } {
  let elapsed = 0;
  const lines: string[] = [];
  const run: CiRun = {
    budget: 1_000,
    limit: 2_000,
    pace: new Pace(1),
    elapsed: () => elapsed,
    print: (line) => lines.push(line),
    signal: new AbortController().signal,
    async run({ command: [program], seconds }) {
      const end = took[program] ?? { outcome: "passed", seconds };
      elapsed += end.seconds;
      return end;
    },
    ...more,
  };
  return { run, lines };
}

const essential = (name: string, seconds: number): CiStep => step(name, seconds, [name], { isEssential: true });
const other = (name: string, seconds: number): CiStep => step(name, seconds, [name]);
const outcomes = async (steps: readonly CiStep[], run: CiRun): Promise<string[]> =>
  (await runSteps(steps, run)).map(({ name, outcome }) => `${name} ${outcome}`);

it("all steps pass, and the closing line counts them", async () => {
  const { run } = clocked({});
  const reports = await runSteps([essential("a", 100), other("b", 100)], run);
  expect(printReport(reports, 200, 1_000)).toMatch(/3\.3 min of 16\.7\n\n2 passed, 0 failed$/);
});

it("a step that fails is counted, and the others run", async () => {
  const { run } = clocked({ a: { outcome: "failed", seconds: 5 } });
  const reports = await runSteps([essential("a", 100), other("b", 100)], run);
  expect(printReport(reports, 200, 1_000)).toMatch(/FAIL +5 s {2}a\n.*\n.*\n\n1 passed, 1 failed$/);
});

it("steps that take twice as long as expected leave no time for the last, which is named and counted as skipped", async () => {
  const { run, lines } = clocked({ a: { outcome: "passed", seconds: 400 }, b: { outcome: "passed", seconds: 400 } });
  const reports = await runSteps([essential("a", 200), other("b", 200), other("c", 150)], run);
  expect(printReport(reports, 800, 1_000)).toMatch(
    /skip +0 s {2}c {2}\(it takes about 5\.0 min.*\n.*\n\n2 passed, 0 failed, 1 skipped$/,
  );
  expect(lines.join("\n")).toContain("== c: skipped, 0 s, it takes about 5.0 min, and 3.3 min of the 16.7 are left");
});

it("a step that is ended at the limit is skipped, or has failed where it is essential", async () => {
  const end: StepEnd = { outcome: "out of time", seconds: 2_000 };
  expect(await outcomes([other("a", 100)], clocked({ a: end }).run)).toEqual(["a skipped"]);
  expect(await outcomes([essential("a", 100), essential("b", 1)], clocked({ a: end }).run)).toEqual([
    "a failed",
    "b failed",
  ]);
});

it("an interrupted run leaves out what is to come", async () => {
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
  ["the reference machine", 1, 25],
  ["a faster one", 0.5, 25],
  ["one of half its speed", 2, 50],
  ["one of a third", 3, 60],
  ["one of a tenth", 10, 60],
])("the budget on %s", (_, factor, minutes) => {
  expect(budgetOf(factor) / 60).toBe(minutes);
});

it.each<[string, factor: number, steps: readonly [expected: number, took: number][], expected: number]>([
  ["nothing has run: the factor", 2, [], 2],
  ["too little has run: the factor", 2, [[10, 100]], 2],
  ["steps took as long as expected", 2, [[100, 200]], 2],
  [
    "steps took longer",
    2,
    [
      [50, 200],
      [50, 200],
    ],
    4,
  ],
  ["steps took far less, as of what was built before: half the factor at least", 2, [[300, 3]], 1],
  ["a machine that is faster than the reference machine", 0.5, [], 1],
])("the pace, where %s", (_, factor, steps, expected) => {
  const pace = new Pace(factor);
  for (const [seconds, took] of steps) pace.add(seconds, took);
  expect(pace.secondsPerSecond).toBe(expected);
});
