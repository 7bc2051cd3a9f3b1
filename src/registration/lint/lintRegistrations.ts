import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { RegisteredGate } from "../RegisteredGate.ts";
import { gateEntries } from "../render/gateEntries.ts";
import type { Lint } from "./Lint.ts";
import { lintEntry } from "./lintEntry.ts";
import { lintReach } from "./lintReach.ts";
import { lintTargets } from "./lintTargets.ts";

/** Everything that can be said against a gate's registrations in a cluster of so many nodes without running its policies. */
export function lintRegistrations(gate: RegisteredGate, settings: ClusterSettings, nodes: number): Lint[] {
  const lints = [
    ...gateEntries(gate).flatMap((entry) => [...lintEntry(entry, gate.name, settings), ...lintReach(entry, nodes)]),
    ...gate.policies.flatMap(lintTargets),
  ];
  // A policy that is in two entries would be named twice.
  return [...new Map(lints.map((lint) => [JSON.stringify(lint), lint])).values()];
}
