import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { gateEntries } from "../entry/gateEntries.ts";
import type { RegisteredGate } from "../entry/RegisteredGate.ts";
import type { Lint } from "./Lint.ts";
import { lintEntry } from "./lintEntry.ts";
import { lintReach } from "./lintReach.ts";
import { lintTargets } from "./lintTargets.ts";
import { lintVersions } from "./lintVersions.ts";

/** All lints of a gate's registrations in a cluster that need no run of its policies. `nodes` is for estimates of calls. */
export function lintRegistrations(gate: RegisteredGate, settings: ClusterSettings, nodes: number): Lint[] {
  const lints = [
    ...gateEntries(gate).flatMap((entry) => [...lintEntry(entry, gate.name, settings), ...lintReach(entry, nodes)]),
    ...gate.policies.flatMap(lintTargets),
    ...gate.policies.flatMap(lintVersions),
  ];
  // A policy in two entries would be reported twice.
  return [...new Map(lints.map((lint) => [JSON.stringify(lint), lint])).values()];
}
