import { existsSync } from "node:fs";
import { defineGate, type Gate } from "../../gate/config/defineGate.ts";
import { GateError } from "../../gate/GateError.ts";
import { GateRuntime } from "../../gate/GateRuntime.ts";
import { builtinPolicies, builtinsWithOptions } from "../../policies/builtinPolicies.ts";
import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { judgeReviewLocally } from "../gate/judgeReviewLocally.ts";
import { loadGate } from "../gate/loadGate.ts";
import { reviewLog } from "../gate/reviewLog.ts";
import { type LocatedReview, readReviews } from "../manifests/readReviews.ts";
import type { ManifestOperation } from "../manifests/reviewOfManifest.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_DENIED, EXIT_OK, EXIT_UNUSABLE } from "../terminal/exitCode.ts";
import { formatFault } from "../terminal/InputFault.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { printReview, printSummary } from "./printReviews.ts";

/** Options of `postern review`. */
export interface ReviewOptions {
  readonly gate?: string;
  readonly cluster?: string;
  readonly use: readonly string[];
  readonly operation: ManifestOperation;
  readonly output: "text" | "json";
}

/** The gate of the project that one stands in. */
const PROJECT_GATE = "functions/gate.ts";

/** Judges manifests and captured reviews without a server. Resolves to the exit code; throws {@link CliError}. */
export async function reviewCommand(
  terminal: Terminal,
  paths: readonly string[],
  options: ReviewOptions,
): Promise<number> {
  const gate = await chooseGate(options);
  let judging: LocatedReview | undefined;
  const log = reviewLog(terminal, () => (judging === undefined ? "" : `${judging.file}:${judging.line}`));
  const runtime = new GateRuntime(gate, { now: Date.now, log, freezeReviews: true });
  const cluster = chooseCluster(gate, options.cluster);
  const settings = await findCluster(runtime, cluster);
  if (settings === undefined)
    throw new CliError("usage", `the gate knows no cluster ${JSON.stringify(cluster)}${knownClusters(gate)}`);
  const { reviews, faults } = await readReviews(paths, options.operation, terminal.stdin);
  const counts = { allowed: 0, denied: 0, unreadable: faults.length };
  for (const located of reviews) {
    judging = located;
    const verdict = await judgeReviewLocally(runtime, settings, located.review);
    counts[verdict.allowed ? "allowed" : "denied"] += 1;
    printReview(terminal, options.output, located, verdict);
  }
  for (const fault of faults) terminal.stderr.write(`postern: ${formatFault(fault)}\n`);
  if (options.output === "text") printSummary(terminal, counts);
  if (faults.length > 0) return EXIT_UNUSABLE;
  return counts.denied > 0 ? EXIT_DENIED : EXIT_OK;
}

async function findCluster({ clusters }: GateRuntime, name: string): Promise<ClusterSettings | undefined> {
  try {
    return await clusters.find(name);
  } catch (error) {
    // The log has said why.
    if (!(error instanceof GateError)) throw error;
    throw new CliError("bad-gate", `the gate could not look up the cluster ${JSON.stringify(name)}`, error);
  }
}

async function chooseGate({ gate, use }: ReviewOptions): Promise<Gate> {
  if (use.length > 0) {
    if (gate !== undefined)
      throw new CliError(
        "usage",
        "--use names policies without a gate file; leave out --gate, or add them to the gate",
      );
    return defineGate({ policies: [...new Set(use)].map(builtin), clusters: { local: {} } });
  }
  if (gate !== undefined) return loadGate(gate);
  if (!existsSync(PROJECT_GATE))
    throw new CliError(
      "usage",
      `no policies to judge by: name a gate with --gate FILE, or built-in policies with --use NAME (${[...builtinPolicies.keys()].join(", ")})`,
    );
  return loadGate(PROJECT_GATE);
}

function builtin(name: string) {
  const make = builtinPolicies.get(name);
  if (make !== undefined) return make();
  if (builtinsWithOptions.includes(name))
    throw new CliError("usage", `--use ${name}: this policy needs options; put it into a gate file and use --gate`);
  throw new CliError(
    "usage",
    `--use ${name}: no such built-in policy; known are ${[...builtinPolicies.keys()].join(", ")}`,
  );
}

function chooseCluster(gate: Gate, wanted: string | undefined): string {
  if (wanted !== undefined) return wanted;
  const names = typeof gate.clusters === "function" ? [] : Object.keys(gate.clusters);
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only;
  throw new CliError("usage", `which cluster's settings apply? Name one with --cluster NAME${knownClusters(gate)}`);
}

function knownClusters({ clusters }: Gate): string {
  if (typeof clusters === "function") return "";
  const names = Object.keys(clusters);
  return names.length === 0
    ? "; it has none"
    : `; it has ${names.slice(0, 10).join(", ")}${names.length > 10 ? ", …" : ""}`;
}
