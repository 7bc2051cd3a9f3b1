import type { Gate } from "../../../gate/config/defineGate.ts";
import { uncalledPolicies } from "../../../registration/uncalledPolicies.ts";
import { askClusters, type ClusterAnswer } from "../../fleet/askClusters.ts";
import { FleetProgress } from "../../fleet/FleetProgress.ts";
import { type FleetRow, printFleetTable } from "../../fleet/fleetTable.ts";
import { shortList } from "../../fleet/shortList.ts";
import { EXIT_DIFFERENT, EXIT_FAILED, EXIT_OK } from "../../terminal/exitCode.ts";
import { jsonText } from "../../terminal/jsonLine.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { clusterDifferences } from "../clusterDifferences.ts";
import { type ClusterDiff, type DiffResult, otherClustersIn, resultOf } from "./ClusterDiff.ts";
import type { RenderedCluster } from "./renderFleet.ts";

/** How {@link diffFleet} asks and prints. */
export interface DiffFleetOptions {
  readonly timeoutMs: number;
  readonly isJson: boolean;
}

/**
 * Compares what was rendered with the running clusters, and prints one line for each. Resolves to the exit code of the worst
 * one. Throws `KubernetesError` when the kubeconfig cannot be used.
 */
export async function diffFleet(
  terminal: Terminal,
  gate: Gate,
  rendered: readonly RenderedCluster[],
  { timeoutMs, isJson }: DiffFleetOptions,
): Promise<number> {
  const objects = new Map(rendered.map((it) => [it.cluster.name, it.objects]));
  const progress = new FleetProgress(terminal, rendered.length, isJson);
  const clusters = rendered.map(({ cluster }) => cluster);
  const answers = await askClusters(
    clusters,
    { timeoutMs, progress },
    async (client, { name }): Promise<ClusterDiff> => {
      const found = await clusterDifferences(client, gate.name, objects.get(name) ?? []);
      const { objects: differences, incomparable, leftover, webhooks } = found;
      const uncalled = uncalledPolicies(gate, name, webhooks);
      return { differences, incomparable, leftover, uncalled, otherClusters: otherClustersIn(webhooks, name) };
    },
  );
  const results = answers.map((answer) => ({
    answer,
    result: "value" in answer ? resultOf(answer.value) : answer.kind,
  }));
  if (isJson) terminal.stdout.write(jsonText({ clusters: results.map(jsonOf) }));
  else {
    printFleetTable(terminal, results.map(rowOf));
    if (results.some(({ result }) => result === "different" || result === "incomparable"))
      terminal.stdout.write(
        "postern render --diff --cluster NAME --context NAME prints the differences of one cluster\n",
      );
  }
  return Math.max(...results.map(({ result }) => EXITS[result]));
}

interface Result {
  readonly answer: ClusterAnswer<ClusterDiff>;
  readonly result: DiffResult | "unreachable" | "refused" | "failed";
}

const EXITS: Readonly<Record<Result["result"], number>> = {
  same: EXIT_OK,
  different: EXIT_DIFFERENT,
  incomparable: EXIT_FAILED,
  unreachable: EXIT_FAILED,
  refused: EXIT_FAILED,
  failed: EXIT_FAILED,
};

function jsonOf({ answer, result }: Result): object {
  const { name, context } = answer.cluster;
  return {
    cluster: name,
    context: context ?? null,
    result,
    ...("value" in answer ? answer.value : { fault: answer.fault }),
  };
}

function rowOf({ answer, result }: Result): FleetRow {
  const { name, context } = answer.cluster;
  const color = result === "same" ? "green" : result === "different" ? "yellow" : "red";
  return { cluster: name, context, result, color, detail: "value" in answer ? detailOf(answer.value) : answer.fault };
}

/** Such as `update ValidatingWebhookConfiguration postern; 2 policies are not called: a, b`. */
function detailOf({ differences, incomparable, leftover, uncalled, otherClusters }: ClusterDiff): string {
  const named = (change: string): string[] =>
    differences.filter((it) => it.change === change).map(({ kind, name }) => `${kind} ${name}`);
  const part = (what: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${what} ${shortList(names)}`];
  const open = differences.flatMap((it) => it.failingOpen?.webhooks ?? []);
  const foreign = differences.filter((it) => it.foreign.length > 0).map(({ kind, name }) => `${kind} ${name}`);
  return [
    ...part("registered there, so check the context:", otherClusters),
    ...part(
      "cannot be compared:",
      incomparable.map(({ kind, name, fault }) => `${kind} ${name} (${fault})`),
    ),
    ...part("fails open:", open),
    ...part("create", named("create")),
    ...part("update", named("update")),
    ...part("not there:", named("missing")),
    ...part("others added to", foreign),
    ...part("no longer rendered:", leftover),
    ...part(
      "policies that are not called:",
      uncalled.map(({ policy }) => policy),
    ),
  ].join("; ");
}
