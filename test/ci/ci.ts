import { parseArgs } from "node:util";
import { settleSpeedFactor } from "../run/speedFactor.ts";
import { budgetOf, LIMIT_SECONDS } from "./budgetOf.ts";
import { ciSteps } from "./ciSteps.ts";
import { Pace } from "./Pace.ts";
import { minutes } from "./planStep.ts";
import { printReport } from "./printReport.ts";
import { runStep } from "./runStep.ts";
import { runSteps } from "./runSteps.ts";

/**
 * The steps of `.ci/run`, within the budget that follows from the machine's speed; `--all` has none. `--spent` is what
 * `npm ci` and whatever came before took, in seconds. Exits with 1 where a step failed.
 */
async function ci(): Promise<void> {
  const { values } = parseArgs({
    options: { all: { type: "boolean", default: false }, spent: { type: "string", default: "0" } },
  });
  const spent = Number(values.spent);
  if (!(spent >= 0)) throw new Error("--spent takes seconds");
  const factor = await settleSpeedFactor();
  // Each command measures for itself: load may come and go.
  delete process.env.POSTERN_SPEED_FACTOR;
  const budget = values.all ? undefined : budgetOf(factor);
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  print(
    `speed factor ${factor.toFixed(2)}: ${budget === undefined ? "no budget" : `a budget of ${minutes(budget)} min, of which installing took ${minutes(spent)}`}`,
  );
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => controller.abort());
  const elapsed = (): number => spent + process.uptime();
  const limit = values.all ? Number.POSITIVE_INFINITY : LIMIT_SECONDS;
  const pace = new Pace(factor);
  const done = await runSteps(ciSteps(), {
    budget,
    limit,
    pace,
    elapsed,
    print,
    signal: controller.signal,
    run: runStep,
  });
  const reports = [
    { name: "npm ci", outcome: "passed" as const, seconds: spent, note: "with all that is installed" },
    ...done,
  ];
  print(`\n${printReport(reports, elapsed(), budget)}`);
  process.exitCode = reports.some(({ outcome }) => outcome === "failed") || controller.signal.aborted ? 1 : 0;
}

await ci();
