import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { FAILURES_VARIABLE } from "../run/failures/FailureList.ts";
import { settleSpeedFactor } from "../run/speedFactor.ts";
import { budgetOf, LIMIT_SECONDS } from "./budgetOf.ts";
import { ciSteps } from "./ciSteps.ts";
import { Pace } from "./Pace.ts";
import { minutes } from "./planStep.ts";
import { printReport } from "./printReport.ts";
import { runStep } from "./runStep.ts";
import { runSteps } from "./runSteps.ts";

/**
 * Runs the steps of `.ci/run` within a budget that depends on the machine's speed, or without a budget with `--all`.
 * `--spent` is the duration of the installation before, in seconds. Exits with 1 when a step failed.
 */
async function ci(): Promise<void> {
  const { values } = parseArgs({
    options: { all: { type: "boolean", default: false }, spent: { type: "string", default: "0" } },
  });
  const spent = Number(values.spent);
  if (!(spent >= 0)) throw new Error("--spent takes a number of seconds");
  const factor = await settleSpeedFactor();
  // Each command measures again, because load changes.
  delete process.env.POSTERN_SPEED_FACTOR;
  const budgetSeconds = values.all ? undefined : budgetOf(factor);
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  print(
    `speed factor ${factor.toFixed(2)}: ${budgetSeconds === undefined ? "no budget" : `a budget of ${minutes(budgetSeconds)} min, of which the installation took ${minutes(spent)}`}`,
  );
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => controller.abort());
  const elapsedSeconds = (): number => spent + process.uptime();
  const limitSeconds = values.all ? Number.POSITIVE_INFINITY : LIMIT_SECONDS;
  const pace = new Pace(factor);
  const failures = failuresFile();
  const done = await runSteps(ciSteps(), {
    budgetSeconds,
    limitSeconds,
    pace,
    elapsedSeconds,
    print,
    signal: controller.signal,
    run: runStep,
  });
  const reports = [
    { name: "npm ci", outcome: "passed" as const, seconds: spent, note: "includes the installation of tools" },
    ...done,
  ];
  for (const line of failures.read()) print(`FAIL ${line}`);
  print(`\n${printReport(reports, elapsedSeconds(), budgetSeconds)}`);
  process.exitCode = reports.some(({ outcome }) => outcome === "failed") || controller.signal.aborted ? 1 : 0;
}

/** Hands a file to the test commands, to which they append a line for each test that failed. Long output hides where it is. */
function failuresFile(): { read(): readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), "postern-ci-"));
  const file = join(folder, "failures");
  writeFileSync(file, "");
  process.env[FAILURES_VARIABLE] = file;
  return {
    read: () => {
      const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
      rmSync(folder, { recursive: true });
      return lines;
    },
  };
}

await ci();
