import { existsSync } from "node:fs";
import { InvalidArgumentError, Option } from "commander";
import { defineGate, type Gate } from "../../gate/config/defineGate.ts";
import { GateError } from "../../gate/GateError.ts";
import { GateRuntime } from "../../gate/GateRuntime.ts";
import { builtinPolicies, builtinsWithOptions } from "../../policies/builtinPolicies.ts";
import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { judgeReviewLocally } from "../gate/judgeReviewLocally.ts";
import { loadGate, PROJECT_GATE } from "../gate/loadGate.ts";
import { reviewLog } from "../gate/reviewLog.ts";
import { knownClusters } from "../gate/settingsForCluster.ts";
import { type LocatedReview, readReviews } from "../manifests/readReviews.ts";
import type { ManifestOperation } from "../manifests/reviewOfManifest.ts";
import type { AddCommand } from "../program.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_DENIED, EXIT_FAILED, EXIT_OK } from "../terminal/exitCode.ts";
import { formatFault } from "../terminal/InputFault.ts";
import { collect } from "../terminal/optionParsers.ts";
import { outputOption } from "../terminal/sharedOptions.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { printReview, printSummary } from "./printReviews.ts";

interface ReviewOptions {
  readonly gate?: string;
  readonly cluster?: string;
  readonly use: readonly string[];
  readonly operation: ManifestOperation;
  readonly output: "text" | "json";
}

/** Adds `postern review`: judges manifests and captured AdmissionReviews without a server. */
export const reviewCommand: AddCommand = (program, terminal, done) => {
  program
    .command("review")
    .description("judge manifests (YAML or JSON) or captured AdmissionReviews without a server")
    .argument("<path...>", "files, folders, or - for standard input")
    .option("--gate <file>", "file that exports the gate (default: functions/gate.ts, when it exists)")
    .option("--cluster <name>", "cluster whose modes and parameters apply (default: the only cluster of the gate)")
    .option("--use <policy>", "built-in policy to use instead of a gate; may be given several times", collect)
    .addOption(
      new Option("--operation <operation>", "operation of the reviews")
        .choices(["CREATE", "UPDATE", "DELETE"])
        .default("CREATE")
        .argParser(parseOperation),
    )
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern review --use deny-labels --use disallow-latest-tag deploy/
  $ kubectl get pods -o yaml | postern review --gate gate.ts --cluster production --output json -

JSON output is one line for each object:
  {file, kind, namespace, name, allowed, message, warnings, patch}
message is empty when the object is allowed. patch holds JSON Patch operations.
Objects are judged as written, without the defaults of a cluster.
Exit codes: 0 all objects are allowed, 1 an object is denied, 2 usage or input
that cannot be read (the other objects are still judged).`,
    )
    .action(async (paths: string[], options: Omit<ReviewOptions, "use"> & { use?: string[] }) =>
      done(await runReview(terminal, paths, { ...options, use: options.use ?? [] })),
    );
};

function parseOperation(text: string): string {
  const operation = text.toUpperCase();
  if (!["CREATE", "UPDATE", "DELETE"].includes(operation))
    throw new InvalidArgumentError("expected CREATE, UPDATE or DELETE");
  return operation;
}

/** Resolves to the exit code. Throws {@link CliError}. */
async function runReview(terminal: Terminal, paths: readonly string[], options: ReviewOptions): Promise<number> {
  const gate = await chooseGate(options);
  let current: LocatedReview | undefined;
  const log = reviewLog(terminal, () => (current === undefined ? "" : `${current.file}:${current.line}`));
  const runtime = new GateRuntime(gate, { now: Date.now, log, freezeReviews: true });
  const cluster = chooseCluster(gate, options.cluster);
  const settings = await findCluster(runtime, cluster);
  if (settings === undefined)
    throw new CliError("usage", `the gate has no cluster ${JSON.stringify(cluster)}${knownClusters(gate)}`);
  const { reviews, faults } = await readReviews(paths, options.operation, terminal.stdin);
  const counts = { allowed: 0, denied: 0, unreadable: faults.length };
  for (const located of reviews) {
    current = located;
    const verdict = await judgeReviewLocally(runtime, settings, located.review);
    counts[verdict.allowed ? "allowed" : "denied"] += 1;
    printReview(terminal, options.output, located, verdict);
  }
  for (const fault of faults) terminal.stderr.write(`postern: ${formatFault(fault)}\n`);
  if (options.output === "text") printSummary(terminal, counts);
  if (faults.length > 0) return EXIT_FAILED;
  return counts.denied > 0 ? EXIT_DENIED : EXIT_OK;
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

async function chooseGate({ gate, use }: ReviewOptions): Promise<Gate> {
  if (use.length > 0) {
    if (gate !== undefined)
      throw new CliError(
        "usage",
        "--use and --gate exclude each other; leave out --gate, or add the policies to the gate",
      );
    return defineGate({ policies: [...new Set(use)].map(builtinPolicy), clusters: { local: {} } });
  }
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
  throw new CliError(
    "usage",
    `--use ${name}: unknown built-in policy; known are ${[...builtinPolicies.keys()].join(", ")}`,
  );
}

function chooseCluster(gate: Gate, name: string | undefined): string {
  if (name !== undefined) return name;
  const names = typeof gate.clusters === "function" ? [] : Object.keys(gate.clusters);
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only;
  throw new CliError("usage", `name the cluster with --cluster NAME${knownClusters(gate)}`);
}
