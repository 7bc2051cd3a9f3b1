import { chosenGateFile } from "../../gate/chosenGateFile.ts";
import { judgeReviewLocally } from "../../gate/judgeReviewLocally.ts";
import { loadGate } from "../../gate/loadGate.ts";
import { localRuntime } from "../../gate/localRuntime.ts";
import { reviewLog } from "../../gate/reviewLog.ts";
import { settingsForCluster } from "../../gate/settingsForCluster.ts";
import { readReviews } from "../../manifests/readReviews.ts";
import { CliError } from "../../terminal/CliError.ts";
import { EXIT_FAILED, EXIT_OK, EXIT_TESTS_FAILED } from "../../terminal/exitCode.ts";
import { formatFault } from "../../terminal/InputFault.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { exceptionUses } from "./ExceptionUse.ts";
import { exceptionsJson, exceptionsSummary, exceptionsText } from "./exceptionsText.ts";

/** Options of `postern test --exceptions`, as they are given. */
export interface ExceptionOptions {
  readonly gate?: string;
  /** Default: all clusters of the gate. */
  readonly cluster?: string;
  readonly output: "text" | "json" | "junit";
}

/**
 * Prints which exceptions of a gate the objects below some paths need. Resolves to the exit code: 1 when one has ended or is not
 * needed. Throws {@link CliError}.
 */
export async function runExceptions(
  terminal: Terminal,
  paths: readonly string[],
  { gate: file, cluster, output }: ExceptionOptions,
  now = Date.now,
): Promise<number> {
  if (output === "junit") throw new CliError("usage", "--exceptions has the output text or json, not junit");
  const gate = await loadGate(chosenGateFile(file));
  const names = cluster === undefined && typeof gate.clusters !== "function" ? Object.keys(gate.clusters) : [cluster];
  const clusters = await Promise.all(
    names.map((name) => {
      if (name !== undefined) return settingsForCluster(gate, name);
      throw new CliError("usage", "name the cluster with --cluster NAME: the gate looks its clusters up");
    }),
  );
  const { reviews, faults } = await readReviews(paths, { operation: "CREATE" }, terminal.stdin);
  let current = "";
  const runtime = localRuntime(
    gate,
    reviewLog(terminal, () => current),
    now,
  );
  const uses = await exceptionUses(clusters, reviews, now(), ({ review, file: of, line }, settings) => {
    current = `${of}:${line}`;
    return judgeReviewLocally(runtime, settings, review);
  });
  for (const fault of faults) terminal.stderr.write(`postern: ${formatFault(fault)}\n`);
  if (output === "json") terminal.stdout.write(exceptionsJson(uses));
  else terminal.stdout.write(exceptionsText(terminal, uses) + exceptionsSummary(uses));
  if (faults.length > 0) return EXIT_FAILED;
  return uses.some(({ use }) => use === "ended" || use === "not needed") ? EXIT_TESTS_FAILED : EXIT_OK;
}
