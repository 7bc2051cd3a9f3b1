import { reaches } from "../conditions/guardConditions.ts";
import type { ResolvedEntry } from "../render/gateEntries.ts";
import { type Purpose, type RegisteredTarget, registeredTargets } from "../render/registeredTargets.ts";
import { callEstimate } from "./callEstimate.ts";
import type { Lint } from "./Lint.ts";

/** What an entry's rules reach that its author may not have thought of: nearly every object, and Secrets. */
export function lintReach(entry: ResolvedEntry, nodes: number): Lint[] {
  const lints = (["validate", "mutate"] as const).flatMap((purpose) => lintSweep(entry, purpose, nodes));
  const readers = entry.policies.filter((policy) =>
    (["validate", "mutate"] as const).some((purpose) =>
      reaches(registeredTargets([policy], purpose).filter(carriesObjects), "", "secrets"),
    ),
  );
  for (const { name } of readers)
    lints.push({
      code: "secrets-leave-cluster",
      severity: "warning",
      place: `policies.${name}`,
      message: "is called for Secrets, whose values then leave the cluster",
    });
  return lints;
}

function lintSweep({ name, policies }: ResolvedEntry, purpose: Purpose, nodes: number): Lint[] {
  const targets = registeredTargets(policies, purpose);
  const sweeping = targets.filter(isSweeping);
  if (sweeping.length === 0) return [];
  const { callsPerDay, workersPerMonth, lambdaPerMonth } = callEstimate(targets, nodes);
  const by = [...new Set(sweeping.map(({ policy }) => policy.name))].join(", ");
  const message = `calls ${purpose} for nearly every object, because of ${by}: about ${rounded(callsPerDay)} calls a day with ${nodes} nodes, some $${rounded(workersPerMonth)} a month on Workers or $${rounded(lambdaPerMonth)} on Lambda; name the resources`;
  return [{ code: "calls-for-everything", severity: "warning", place: `entries.${name}`, message }];
}

/** Every resource of every group, or of the one that Pods, ConfigMaps and Secrets are in. */
function isSweeping({ group, resource, operations }: RegisteredTarget): boolean {
  const isChange = operations.includes("CREATE") || operations.includes("UPDATE");
  return isChange && resource === "*" && (group === "*" || group === "");
}

/** Whether reviews have the whole object: neither one of its subresources, nor the options of a CONNECT. */
function carriesObjects({ subresource, operations }: RegisteredTarget): boolean {
  return (subresource === "" || subresource === "*") && operations.some((operation) => operation !== "CONNECT");
}

/** Two digits that count, with the thousands apart. */
function rounded(value: number): string {
  const digits = value < 1 ? "1" : Number(value.toPrecision(2)).toFixed(0);
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}
