import type { Gate } from "../../gate/config/defineGate.ts";
import { type ClusterChoice, KubernetesClient } from "../../kubernetes/KubernetesClient.ts";
import type { RegistrationObject } from "../../registration/RegistrationObject.ts";
import { type UncalledPolicy, uncalledPolicies } from "../../registration/uncalledPolicies.ts";
import { printable } from "../../telemetry/printable.ts";
import { EXIT_DIFFERENT, EXIT_FAILED, EXIT_OK } from "../terminal/exitCode.ts";
import { whileWorking } from "../terminal/progress/whileWorking.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { type ClusterDifferences, clusterDifferences } from "./clusterDifferences.ts";

/** Shown targets for each policy that is not called; JSON has all. */
const MAX_SHOWN = 3;

/** Options of {@link renderDiff}. */
export interface RenderDiffOptions extends ClusterChoice {
  readonly gate: Gate;
  /** Name of the cluster in the gate. */
  readonly cluster: string;
  readonly objects: readonly RegistrationObject[];
  readonly output: "yaml" | "json";
}

/**
 * Compares rendered objects with a running cluster. Prints what applying them would change, objects that are no longer
 * rendered, and policies that the cluster does not call. Resolves to an exit code like that of `kubectl diff`. Throws
 * `KubernetesError`.
 */
export async function renderDiff(terminal: Terminal, options: RenderDiffOptions): Promise<number> {
  const { gate, cluster, objects, output } = options;
  const client = await KubernetesClient.create(options);
  const found = await whileWorking(terminal, `comparing ${objects.length} objects with the cluster`, () =>
    clusterDifferences(client, gate.name, objects),
  );
  const uncalled = uncalledPolicies(gate, cluster, found.webhooks);
  if (output === "json") {
    const { objects: differences, incomparable, leftover } = found;
    terminal.stdout.write(`${JSON.stringify({ differences, incomparable, leftover, uncalled }, null, 2)}\n`);
  } else printDifferences(terminal, found, cluster, uncalled);
  for (const { kind, name, fault } of found.incomparable)
    terminal.stderr.write(`postern: ${printable(`${kind} ${name} cannot be compared: ${fault}`)}\n`);
  if (found.incomparable.length > 0) return EXIT_FAILED;
  const isSame = found.objects.length === 0 && found.leftover.length === 0 && uncalled.length === 0;
  return isSame ? EXIT_OK : EXIT_DIFFERENT;
}

function printDifferences(
  terminal: Terminal,
  { objects, leftover }: ClusterDifferences,
  cluster: string,
  uncalled: readonly UncalledPolicy[],
): void {
  const print = (text: string): unknown => terminal.stdout.write(`${printable(text)}\n`);
  for (const { kind, name, change, diff, foreign, failingOpen } of objects) {
    if (change === "missing")
      print(`${kind} ${name} does not exist in the cluster; its patch can be applied after it is created`);
    else
      for (const line of diff.trimEnd().split("\n")) terminal.stdout.write(`${painted(terminal, printable(line))}\n`);
    if (failingOpen !== undefined)
      print(
        `${kind} ${name}: failurePolicy of ${failingOpen.webhooks.join(", ")} is Ignore: the sync switched to fail open at ${failingOpen.since}, and restores Fail when the gate can be called again`,
      );
    if (foreign.length > 0)
      print(
        `${kind} ${name}: other field managers added ${foreign.join(", ")}; applying does not remove this, remove it with kubectl edit`,
      );
  }
  for (const name of leftover) print(`${name} has the label of the gate and is no longer rendered`);
  if (uncalled.length === 0) return;
  const are = uncalled.length === 1 ? "1 policy is" : `${uncalled.length} policies are`;
  const each = uncalled.map(({ policy, missing }) => {
    const more = missing.length - MAX_SHOWN;
    return `${policy} (${missing.slice(0, MAX_SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""})`;
  });
  print(`${are} not called in the cluster ${cluster}: ${each.join("; ")}`);
}

function painted(terminal: Terminal, line: string): string {
  if (line.startsWith("+")) return paint(terminal, terminal.stdout, "green", line);
  return line.startsWith("-") ? paint(terminal, terminal.stdout, "red", line) : line;
}
