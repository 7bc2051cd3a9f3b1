import { reaches } from "../conditions/guardConditions.ts";
import type { ResolvedEntry } from "../entry/gateEntries.ts";
import { type Purpose, type RegisteredTarget, registeredTargets } from "../rules/registeredTargets.ts";
import { callEstimate } from "./callEstimate.ts";
import type { Lint } from "./Lint.ts";

/** Lints of what an entry's rules cover: nearly every object, or Secrets. */
export function lintReach(entry: ResolvedEntry, nodes: number): Lint[] {
  const lints = (["validate", "mutate"] as const).flatMap((purpose) => lintEverything(entry, purpose, nodes));
  const readers = entry.policies.filter((policy) =>
    (["validate", "mutate"] as const).some((purpose) =>
      reaches(registeredTargets([policy], purpose).filter(callsWithObjects), "", "secrets"),
    ),
  );
  for (const { name } of readers)
    lints.push({
      code: "secrets-leave-cluster",
      severity: "warning",
      place: `policies.${name}`,
      message: "is called for Secrets; their values leave the cluster",
    });
  return lints;
}

function lintEverything({ name, policies }: ResolvedEntry, purpose: Purpose, nodes: number): Lint[] {
  const targets = registeredTargets(policies, purpose);
  const broad = targets.filter(coversEverything);
  if (broad.length === 0) return [];
  const { callsPerDay, workersPerMonth, lambdaPerMonth } = callEstimate(targets, nodes);
  const by = [...new Set(broad.map(({ policy }) => policy.name))].join(", ");
  const message = `calls ${purpose} for nearly every object, because of ${by}: about ${rounded(callsPerDay)} calls a day with ${nodes} nodes, about $${rounded(workersPerMonth)} a month on Workers or $${rounded(lambdaPerMonth)} on Lambda; name the resources`;
  return [{ code: "calls-for-everything", severity: "warning", place: `entries.${name}`, message }];
}

/** Whether a target is every resource of all groups, or of the core group. */
function coversEverything({ group, resource, operations }: RegisteredTarget): boolean {
  const isChange = operations.includes("CREATE") || operations.includes("UPDATE");
  return isChange && resource === "*" && (group === "*" || group === "");
}

/** Whether reviews for a target hold the whole object, not a subresource and not the options of a CONNECT. */
function callsWithObjects({ subresource, operations }: RegisteredTarget): boolean {
  return (subresource === "" || subresource === "*") && operations.some((operation) => operation !== "CONNECT");
}

/** Two significant digits, with separators of thousands. */
function rounded(value: number): string {
  const digits = value < 1 ? "1" : Number(value.toPrecision(2)).toFixed(0);
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}
