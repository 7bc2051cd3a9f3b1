import { parseInstant } from "../../protocol/parseInstant.ts";
import { chosenGateFile } from "../gate/chosenGateFile.ts";
import { judgeReviewLocally, type LocalVerdict } from "../gate/judgeReviewLocally.ts";
import { localRuntime } from "../gate/localRuntime.ts";
import { reviewLog } from "../gate/reviewLog.ts";
import { knownClusters } from "../gate/settingsForCluster.ts";
import type { SkippedPath } from "../manifests/findInputFiles.ts";
import { shellWord } from "../manifests/notManifest.ts";
import type { LocatedReview } from "../manifests/open/locateReview.ts";
import { type OpenReviews, openReviews } from "../manifests/open/openReviews.ts";
import type { ManifestOperation } from "../manifests/reviewOfManifest.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_DENIED, EXIT_FAILED, EXIT_OK } from "../terminal/exitCode.ts";
import { formatFault } from "../terminal/InputFault.ts";
import { ProgressBar } from "../terminal/ProgressBar.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import type { Comparison } from "./against/runAgainst.ts";
import { chooseCluster, chooseGate, findCluster } from "./chooseGate.ts";
import { coverFindings, type OwnVerdict } from "./coverFindings.ts";
import { InputOwners } from "./InputOwners.ts";
import type { ReportedVerdict } from "./JudgedObject.ts";
import { pluralNote } from "./pluralNote.ts";
import { printRenderHints, printSummary } from "./printSummary.ts";
import { createReport } from "./report/createReport.ts";
import type { ReviewCounts } from "./report/ReviewReport.ts";
import type { ReviewFormat } from "./report/reviewFormats.ts";
import { withoutCommands } from "./report/withoutCommands.ts";

/** Options of `postern review`, as they are given. */
export interface ReviewOptions {
  readonly gate?: string;
  readonly cluster?: string;
  readonly use: readonly string[];
  readonly operation: ManifestOperation;
  /** Of namespaced objects without a namespace. */
  readonly namespace?: string;
  readonly output: ReviewFormat;
  /** The time of stages and exceptions. Default: now. */
  readonly at?: string;
  /** Whether to list skipped files, and the policies that were asked. */
  readonly verbose?: boolean;
  readonly failOnUnjudged?: boolean;
  /** The file of the gate to compare with. */
  readonly against?: string;
  readonly allowLoosened?: boolean;
}

/** Judges the objects below some paths and prints the verdicts. Resolves to the exit code. Throws {@link CliError}. */
export async function runReview(own: Terminal, paths: readonly string[], options: ReviewOptions): Promise<number> {
  const terminal = withoutCommands(own, options.output);
  const judgedAt = options.at === undefined ? Date.now() : (parseInstant(options.at) ?? Date.now());
  if (options.against !== undefined) {
    const comparison = comparisonOf(options, options.against, judgedAt);
    return (await import("./against/runAgainst.ts")).runAgainst(terminal, paths, comparison);
  }
  if (options.allowLoosened === true) throw new CliError("usage", "--allow-loosened needs --against");
  if (paths.length === 0) throw new CliError("usage", "missing required argument 'path'; see postern review --help");
  const gate = await chooseGate(options);
  let current: LocatedReview | undefined;
  const log = reviewLog(terminal, () => (current === undefined ? "" : `${current.file}:${current.line}`));
  const runtime = localRuntime(gate, log);
  const cluster = chooseCluster(gate, options.cluster);
  const settings = await findCluster(runtime, cluster);
  if (settings === undefined)
    throw new CliError("usage", `the gate has no cluster ${JSON.stringify(cluster)}${knownClusters(gate)}`);
  const reviewCommand = commandFor(options);
  const input = await openReviews(paths, { ...options, reviewCommand }, terminal.stdin);
  const { failOnUnjudged = false, verbose = false, output } = options;
  const report = await createReport(output, terminal, { policies: gate.policies, settings, failOnUnjudged, verbose });
  const progress = new ProgressBar(terminal, "files", input.files, Date.now);
  const counts = noCounts();
  let files = 0;
  for await (const reviews of batchesOf(input)) {
    const owners = new InputOwners(reviews);
    const verdicts = new Map<LocatedReview, LocalVerdict>();
    const judge = async (located: LocatedReview): Promise<LocalVerdict> => {
      const known = verdicts.get(located);
      if (known !== undefined) return known;
      current = located;
      const verdict = await judgeReviewLocally(runtime, settings, located.review, judgedAt);
      if (owners.isOwner(located)) verdicts.set(located, verdict);
      return verdict;
    };
    for (const located of reviews) {
      const own = { review: located.review, verdict: await judge(located) };
      const above: OwnVerdict[] = [];
      // An owner may come later in the input.
      for (const owner of owners.of(located)) above.push({ review: owner.review, verdict: await judge(owner) });
      const { verdict, covered } = coverFindings(own, above, gate.policies);
      count(counts, verdict);
      const guessed = located.isGuess ? pluralNote(located.review, gate.policies) : undefined;
      const notes = [...located.notes, ...(guessed === undefined ? [] : [guessed])];
      progress.clear();
      report.object({ located: { ...located, notes }, verdict, covered });
    }
    files += 1;
    progress.show(files);
  }
  progress.clear();
  const { faults, skipped } = input;
  counts.unreadable = faults.length;
  for (const fault of faults) {
    terminal.stderr.write(`postern: ${formatFault(fault)}\n`);
    report.unreadable(fault);
  }
  printRenderHints(terminal, skipped, reviewCommand);
  const exitCode = codeOf(counts, skipped, options);
  report.end({ counts, skipped, exitCode });
  // The formats for machines have no summary; in the log of a pipeline it is of use.
  if (["sarif", "junit", "github", "gitlab"].includes(output))
    printSummary(terminal, terminal.stderr, counts, { skipped, verbose });
  return exitCode;
}

/** All reviews at once where objects name owners, for an owner may come later, and else file by file. */
async function* batchesOf({ byFile, hasOwners }: OpenReviews): AsyncGenerator<readonly LocatedReview[]> {
  if (!hasOwners) return yield* byFile;
  const all: LocatedReview[] = [];
  for await (const reviews of byFile) for (const review of reviews) all.push(review);
  yield all;
}

function noCounts(): ReviewCounts {
  const [allowed, denied, covered, notJudged, otherVersion] = [0, 0, 0, 0, 0];
  return {
    allowed,
    denied,
    covered,
    notJudged,
    otherVersion,
    wouldBeDenied: 0,
    excepted: 0,
    unneeded: 0,
    unreadable: 0,
  };
}

function count(counts: ReviewCounts, { result, policies, exceptions }: ReportedVerdict): void {
  counts[result === "not judged" ? "notJudged" : result] += 1;
  if (policies.some((it) => it.result === "other-version")) counts.otherVersion += 1;
  if (policies.some(({ findings }) => findings.some(({ effect }) => effect === "would-deny")))
    counts.wouldBeDenied += 1;
  if (exceptions.some(({ state }) => state !== "unneeded")) counts.excepted += 1;
  if (exceptions.some(({ state }) => state === "unneeded")) counts.unneeded += 1;
}

function codeOf(counts: ReviewCounts, skipped: readonly SkippedPath[], { failOnUnjudged }: ReviewOptions): number {
  if (counts.unreadable > 0) return EXIT_FAILED;
  const unjudged = counts.notJudged > 0 || skipped.some(({ render }) => render !== undefined);
  return counts.denied + counts.otherVersion > 0 || (failOnUnjudged === true && unjudged) ? EXIT_DENIED : EXIT_OK;
}

/** What `--against` is asked. Throws {@link CliError} `usage` for options that it does not have. */
function comparisonOf(options: ReviewOptions, against: string, now: number): Comparison {
  const { use, output, cluster, gate, allowLoosened = false } = options;
  if (use.length > 0)
    throw new CliError("usage", "--against compares gate files; leave out --use and name them with --gate");
  if (output !== "text" && output !== "json")
    throw new CliError("usage", `--against has the formats text and json, and not ${output}`);
  const context = { ...options, reviewCommand: `${commandFor(options)} --against ${shellWord(against)}` };
  return { against, gate: chosenGateFile(gate), cluster, context, now, isJson: output === "json", allowLoosened };
}

/** The command that judges standard input as this one judges its paths. */
function commandFor({ gate, cluster, use, operation, namespace }: ReviewOptions): string {
  const option = (name: string, value: string | undefined): string[] =>
    value === undefined ? [] : [name, shellWord(value)];
  const options = [
    ...option("--gate", gate),
    ...option("--cluster", cluster),
    ...use.flatMap((policy) => option("--use", policy)),
    ...(operation === "CREATE" ? [] : option("--operation", operation)),
    ...option("--namespace", namespace),
  ];
  return ["postern review", ...options, "-"].join(" ");
}
