import { reviewLog } from "../../gate/reviewLog.ts";
import { knownClusters } from "../../gate/settingsForCluster.ts";
import type { LocatedReview } from "../../manifests/open/locateReview.ts";
import { openReviews } from "../../manifests/open/openReviews.ts";
import type { ManifestContext } from "../../manifests/reviewOfManifest.ts";
import { CliError } from "../../terminal/CliError.ts";
import { EXIT_FAILED, EXIT_LOOSENED, EXIT_OK } from "../../terminal/exitCode.ts";
import { formatFault } from "../../terminal/InputFault.ts";
import { ProgressBar } from "../../terminal/ProgressBar.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { printRenderHints } from "../printSummary.ts";
import { skippedJson, unreadableJson } from "../reviewJson.ts";
import { changeJson, changeText } from "./changeText.ts";
import { comparedTimes, compareGates } from "./compareGates.ts";
import { type GateChange, joinClusters } from "./GateChange.ts";
import { openSide } from "./openSide.ts";
import { VerdictComparison } from "./VerdictComparison.ts";

/** What `postern review --against` is asked. */
export interface Comparison {
  readonly against: string;
  readonly gate: string;
  readonly cluster?: string | undefined;
  readonly context: ManifestContext & { readonly reviewCommand: string };
  readonly now: number;
  readonly isJson: boolean;
  readonly allowLoosened: boolean;
}

/** Compares two gates, and objects by both. Resolves to the exit code. Throws {@link CliError}. */
export async function runAgainst(terminal: Terminal, paths: readonly string[], asked: Comparison): Promise<number> {
  const { stdout, stderr } = terminal;
  // Loads the bundler.
  const { loadGate } = await import("../../gate/loadGate.ts");
  const gates = { before: await loadGate(asked.against), after: await loadGate(asked.gate) };
  let current: LocatedReview | undefined;
  const log = reviewLog(terminal, () => (current === undefined ? "" : `${current.file}:${current.line}`));
  const { cluster } = asked;
  const before = await openSide(gates.before, cluster, log);
  const after = await openSide(gates.after, cluster, log);
  if (cluster !== undefined && before.clusters.size + after.clusters.size === 0)
    throw new CliError("usage", `no gate has the cluster ${JSON.stringify(cluster)}${knownClusters(gates.after)}`);
  const lookups = [gates.before, gates.after].filter(({ clusters }) => typeof clusters === "function").length;
  const isUnknown = lookups > 0 && cluster === undefined;
  let counts = { loosened: 0, changed: 0, "not compared": 0 };
  const print = (changes: readonly GateChange[]): void => {
    for (const change of changes) {
      counts = { ...counts, [change.result]: counts[change.result] + 1 };
      stdout.write(asked.isJson ? changeJson(change) : changeText(terminal, stdout, change));
    }
  };
  if (isUnknown) print([notCompared()]);
  print(compareGates(before, after, asked.now, !isUnknown));
  const input = await openReviews(paths, asked.context, terminal.stdin);
  const comparison = new VerdictComparison(before, after, comparedTimes(before, after, asked.now), log);
  const progress = new ProgressBar(terminal, "files", input.files, Date.now);
  let files = 0;
  for await (const reviews of input.byFile) {
    for (const located of reviews) {
      current = located;
      const changes = joinClusters(await comparison.of(located));
      if (changes.length > 0) progress.clear();
      print(changes);
    }
    files += 1;
    progress.show(files);
  }
  progress.clear();
  for (const fault of input.faults) {
    stderr.write(`postern: ${formatFault(fault)}\n`);
    if (asked.isJson) stdout.write(unreadableJson(fault));
  }
  printRenderHints(terminal, input.skipped, asked.context.reviewCommand);
  if (asked.isJson) for (const skip of input.skipped) stdout.write(skippedJson(skip));
  else stdout.write(`${summaryOf(counts)}\n`);
  if (input.faults.length > 0) return EXIT_FAILED;
  return counts.loosened + counts["not compared"] > 0 && !asked.allowLoosened ? EXIT_LOOSENED : EXIT_OK;
}

function notCompared(): GateChange {
  return {
    result: "not compared",
    kind: "lookup",
    subject: "the clusters of a lookup",
    from: "not known",
    to: "name each with --cluster NAME",
  };
}

function summaryOf(counts: Readonly<Record<GateChange["result"], number>>): string {
  const { loosened, changed } = counts;
  const parts = [`${loosened === 0 ? "nothing" : loosened} loosened`];
  if (changed > 0) parts.push(`${changed} changed`);
  if (counts["not compared"] > 0) parts.push("not all compared");
  return parts.join(", ");
}
