import type { Gate } from "../../gate/config/defineGate.ts";
import { type ClusterChoice, KubernetesClient } from "../../kubernetes/KubernetesClient.ts";
import type { RegistrationObject } from "../../registration/render/RegistrationObject.ts";
import { type UncalledPolicy, uncalledPolicies } from "../../registration/uncalledPolicies.ts";
import { printable } from "../../telemetry/printable.ts";
import { EXIT_DIFFERENT, EXIT_OK, EXIT_UNUSABLE } from "../terminal/exitCode.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { type ClusterDifferences, clusterDifferences } from "./clusterDifferences.ts";

/** What a policy is not called for is told so far; JSON has all of it. */
const SHOWN = 3;

/** What is compared with what. */
export interface RenderDiffOptions extends ClusterChoice {
  readonly gate: Gate;
  /** The cluster's name in the gate. */
  readonly cluster: string;
  readonly objects: readonly RegistrationObject[];
  readonly output: "yaml" | "json";
}

/**
 * Prints what applying the rendered objects would change in a running cluster, what is left over there, and which
 * policies it does not call. Resolves to the exit code, as `kubectl diff` has it; throws CliError.
 */
export async function renderDiff(terminal: Terminal, options: RenderDiffOptions): Promise<number> {
  const { gate, cluster, objects, output } = options;
  const client = await KubernetesClient.create(options);
  const found = await clusterDifferences(client, gate.name, objects);
  const uncalled = uncalledPolicies(gate, cluster, found.webhooks);
  if (output === "json") {
    const { objects: differences, incomparable, leftover } = found;
    terminal.stdout.write(`${JSON.stringify({ differences, incomparable, leftover, uncalled }, null, 2)}\n`);
  } else printDifferences(terminal, found, cluster, uncalled);
  for (const { kind, name, fault } of found.incomparable)
    terminal.stderr.write(`postern: ${printable(`${kind} ${name} cannot be compared: ${fault}`)}\n`);
  if (found.incomparable.length > 0) return EXIT_UNUSABLE;
  const isSame = found.objects.length === 0 && found.leftover.length === 0 && uncalled.length === 0;
  return isSame ? EXIT_OK : EXIT_DIFFERENT;
}

function printDifferences(
  terminal: Terminal,
  { objects, leftover }: ClusterDifferences,
  cluster: string,
  uncalled: readonly UncalledPolicy[],
): void {
  const say = (text: string): unknown => terminal.stdout.write(`${printable(text)}\n`);
  for (const { kind, name, change, diff, foreign, brokenGlass } of objects) {
    if (change === "missing") say(`${kind} ${name} is not in the cluster; its patch can be applied once it is`);
    else
      for (const line of diff.trimEnd().split("\n")) terminal.stdout.write(`${painted(terminal, printable(line))}\n`);
    if (brokenGlass !== undefined)
      say(
        `${kind} ${name}: failurePolicy of ${brokenGlass.webhooks.join(", ")} is Ignore: the sync broke the glass at ${brokenGlass.since}, and mends it when the gate can be called again`,
      );
    if (foreign.length > 0)
      say(
        `${kind} ${name}: others added ${foreign.join(", ")}; applying leaves that in, so take it out with kubectl edit`,
      );
  }
  for (const name of leftover) say(`${name} has the gate's label and is no longer rendered`);
  if (uncalled.length === 0) return;
  const are = uncalled.length === 1 ? "1 policy is" : `${uncalled.length} policies are`;
  const each = uncalled.map(({ policy, missing }) => {
    const more = missing.length - SHOWN;
    return `${policy} (${missing.slice(0, SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""})`;
  });
  say(`${are} not called in the cluster ${cluster}: ${each.join("; ")}`);
}

function painted(terminal: Terminal, line: string): string {
  if (line.startsWith("+")) return paint(terminal, terminal.stdout, "green", line);
  return line.startsWith("-") ? paint(terminal, terminal.stdout, "red", line) : line;
}
