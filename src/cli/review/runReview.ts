import { existsSync } from "node:fs";
import { defineGate, type Gate } from "../../gate/config/defineGate.ts";
import { GateError } from "../../gate/GateError.ts";
import { GateRuntime } from "../../gate/GateRuntime.ts";
import { builtinPolicies, builtinsWithOptions } from "../../policies/builtinPolicies.ts";
import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { judgeReviewLocally, type LocalVerdict } from "../gate/judgeReviewLocally.ts";
import { reviewLog } from "../gate/reviewLog.ts";
import { knownClusters } from "../gate/settingsForCluster.ts";
import type { SkippedPath } from "../manifests/findInputFiles.ts";
import { shellWord } from "../manifests/notManifest.ts";
import { type LocatedReview, readReviews } from "../manifests/readReviews.ts";
import type { ManifestOperation } from "../manifests/reviewOfManifest.ts";
import { CliError } from "../terminal/CliError.ts";
import { closestName } from "../terminal/closestName.ts";
import { EXIT_DENIED, EXIT_FAILED, EXIT_OK } from "../terminal/exitCode.ts";
import { formatFault } from "../terminal/InputFault.ts";
import type { Output, Terminal } from "../terminal/Terminal.ts";
import { coverFindings, type OwnVerdict } from "./coverFindings.ts";
import { InputOwners } from "./InputOwners.ts";
import type { JudgedObject, ReportedVerdict } from "./JudgedObject.ts";
import { pluralNote } from "./pluralNote.ts";
import { printRenderHints, printSummary, type ReviewCounts } from "./printSummary.ts";
import { reviewJson, skippedJson, unreadableJson } from "./reviewJson.ts";
import { reviewText } from "./reviewText.ts";
import { reviewYaml } from "./reviewYaml.ts";

/** Options of `postern review`, as they are given. */
export interface ReviewOptions {
  readonly gate?: string;
  readonly cluster?: string;
  readonly use: readonly string[];
  readonly operation: ManifestOperation;
  /** Of namespaced objects without a namespace. */
  readonly namespace?: string;
  readonly output: "text" | "json" | "yaml";
  /** Whether to list skipped files, and the policies that were asked. */
  readonly verbose?: boolean;
  readonly failOnUnjudged?: boolean;
}

/** Judges the objects below some paths and prints the verdicts. Resolves to the exit code. Throws {@link CliError}. */
export async function runReview(terminal: Terminal, paths: readonly string[], options: ReviewOptions): Promise<number> {
  const gate = await chooseGate(options);
  let current: LocatedReview | undefined;
  const log = reviewLog(terminal, () => (current === undefined ? "" : `${current.file}:${current.line}`));
  const runtime = new GateRuntime(gate, { now: Date.now, log, freezeReviews: true });
  const cluster = chooseCluster(gate, options.cluster);
  const settings = await findCluster(runtime, cluster);
  if (settings === undefined)
    throw new CliError("usage", `the gate has no cluster ${JSON.stringify(cluster)}${knownClusters(gate)}`);
  const reviewCommand = commandFor(options);
  const { reviews, faults, skipped } = await readReviews(paths, { ...options, reviewCommand }, terminal.stdin);
  const owners = new InputOwners(reviews);
  const verdicts = new Map<LocatedReview, LocalVerdict>();
  const judge = async (located: LocatedReview): Promise<LocalVerdict> => {
    const known = verdicts.get(located);
    if (known !== undefined) return known;
    current = located;
    const verdict = await judgeReviewLocally(runtime, settings, located.review);
    if (owners.isOwner(located)) verdicts.set(located, verdict);
    return verdict;
  };
  const counts = {
    allowed: 0,
    denied: 0,
    covered: 0,
    notJudged: 0,
    otherVersion: 0,
    wouldBeDenied: 0,
    unreadable: faults.length,
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
    printReview(terminal, options, { located: { ...located, notes }, verdict, covered });
  }
  for (const fault of faults) {
    terminal.stderr.write(`postern: ${formatFault(fault)}\n`);
    if (options.output === "json") terminal.stdout.write(unreadableJson(fault));
  }
  printRenderHints(terminal, skipped, reviewCommand);
  if (options.output === "json") for (const skip of skipped) terminal.stdout.write(skippedJson(skip));
  else printSummary(terminal, verdictOutput(terminal, options), counts, { skipped, verbose: options.verbose === true });
  return codeOf(counts, skipped, options);
}

/** Verdicts for people go to standard error when standard output has YAML. */
function verdictOutput({ stdout, stderr }: Terminal, { output }: ReviewOptions): Output {
  return output === "yaml" ? stderr : stdout;
}

function printReview(terminal: Terminal, options: ReviewOptions, judged: JudgedObject): void {
  const { stdout } = terminal;
  if (options.output === "json") stdout.write(reviewJson(judged));
  else {
    const output = verdictOutput(terminal, options);
    output.write(reviewText(terminal, output, judged, options.verbose === true));
    if (options.output === "yaml") stdout.write(reviewYaml(judged));
  }
}

function count(counts: ReviewCounts, { result, policies }: ReportedVerdict): void {
  counts[result === "not judged" ? "notJudged" : result] += 1;
  if (policies.some((it) => it.result === "other-version")) counts.otherVersion += 1;
  if (policies.some(({ findings }) => findings.some(({ effect }) => effect === "would-deny")))
    counts.wouldBeDenied += 1;
}

function codeOf(counts: ReviewCounts, skipped: readonly SkippedPath[], { failOnUnjudged }: ReviewOptions): number {
  if (counts.unreadable > 0) return EXIT_FAILED;
  const unjudged = counts.notJudged > 0 || skipped.some(({ render }) => render !== undefined);
  return counts.denied + counts.otherVersion > 0 || (failOnUnjudged === true && unjudged) ? EXIT_DENIED : EXIT_OK;
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

async function findCluster({ clusters }: GateRuntime, name: string): Promise<ClusterSettings | undefined> {
  try {
    return await clusters.find(name);
  } catch (error) {
    // The log shows the reason.
    if (!(error instanceof GateError)) throw error;
    throw new CliError("bad-gate", `the gate could not look up the cluster ${JSON.stringify(name)}`, error);
  }
}

async function chooseGate({ gate, use, cluster }: ReviewOptions): Promise<Gate> {
  if (use.length > 0) {
    if (cluster !== undefined && gate === undefined)
      throw new CliError("usage", "--cluster needs --gate: built-in policies of --use have no clusters");
    if (gate !== undefined)
      throw new CliError(
        "usage",
        "--use and --gate exclude each other; leave out --gate, or add the policies to the gate",
      );
    return defineGate({ policies: [...new Set(use)].map(builtinPolicy), clusters: { local: { identity: "none" } } });
  }
  // Loads the bundler.
  const { loadGate, PROJECT_GATE } = await import("../gate/loadGate.ts");
  if (gate !== undefined) return loadGate(gate);
  if (!existsSync(PROJECT_GATE))
    throw new CliError(
      "usage",
      `no policies: name a gate with --gate FILE, or built-in policies with --use NAME (${[...builtinPolicies.keys()].join(", ")})`,
    );
  return loadGate(PROJECT_GATE);
}

function builtinPolicy(name: string) {
  const make = builtinPolicies.get(name);
  if (make !== undefined) return make();
  if (builtinsWithOptions.includes(name))
    throw new CliError("usage", `--use ${name}: this policy needs options; add it to a gate file and use --gate`);
  const known = [...builtinPolicies.keys()];
  const meant = closestName(name, [...known, ...builtinsWithOptions]);
  const hint = meant === undefined ? "" : ` (did you mean ${meant}?)`;
  throw new CliError("usage", `--use ${name}: unknown built-in policy${hint}; postern explain lists them`);
}

function chooseCluster(gate: Gate, name: string | undefined): string {
  if (name !== undefined) return name;
  const names = typeof gate.clusters === "function" ? [] : Object.keys(gate.clusters);
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only;
  if (names.length === 0 && typeof gate.clusters !== "function")
    throw new CliError(
      "usage",
      'the gate has no clusters; add one to it: clusters: { production: { identity: "none" } }',
    );
  throw new CliError("usage", `name the cluster with --cluster NAME${knownClusters(gate)}`);
}
