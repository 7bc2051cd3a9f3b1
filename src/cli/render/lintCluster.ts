import type { Gate } from "../../gate/config/defineGate.ts";
import type { GateClusterSettings } from "../../gate/config/GateClusterSettings.ts";
import type { Lint } from "../../registration/lint/Lint.ts";
import { lintRegistrations } from "../../registration/lint/lintRegistrations.ts";
import { lintIdentity } from "./lintIdentity.ts";
import { lintMutators, type Sample } from "./lintMutators.ts";
import { lintSubresources } from "./lintSubresources.ts";

/** What lints of a cluster depend on beside the gate. */
export interface LintInput {
  /** URL of the gate. */
  readonly url: string;
  /** Nodes of the cluster. */
  readonly nodes: number;
  readonly samples: readonly Sample[];
  /** Warnings about the roots, and where they were named. */
  readonly ca: { readonly place: string; readonly warnings: readonly string[] };
}

/** All lints of the registrations of a gate for one cluster. */
export async function lintCluster(
  gate: Gate,
  settings: GateClusterSettings,
  { url, nodes, samples, ca }: LintInput,
): Promise<readonly Lint[]> {
  return [
    ...ca.warnings.map(
      (message) => ({ code: "doubtful-ca", severity: "warning", place: `${ca.place}:`, message }) as const,
    ),
    ...lintIdentity(gate, settings, url),
    ...lintRegistrations(gate, settings, nodes),
    ...(await lintMutators(gate, settings, samples)),
    ...(await lintSubresources(gate, settings)),
  ];
}
