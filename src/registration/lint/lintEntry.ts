import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { ResolvedEntry } from "../entry/gateEntries.ts";
import { fullPolicyConditions, MAX_CONDITION_LENGTH, webhooksOf } from "../render/webhooksOf.ts";
import type { Lint } from "./Lint.ts";

/** The API server's limit for one webhook (`validateMatchConditions`, k8s.io/kubernetes). */
const MAX_CONDITIONS = 64;

/** Lints of an entry's options in a cluster. */
export function lintEntry(entry: ResolvedEntry, gate: string, settings: ClusterSettings): Lint[] {
  const { name, options, policies } = entry;
  const place = `entries.${name}`;
  const lints: Lint[] = [];
  const enforcing = policies.filter((policy) => settings.modeOf(policy.name) === "enforce");
  if (options.failurePolicy === "Ignore" && enforcing.length > 0)
    lints.push({
      code: "ignore-on-enforcing-entry",
      severity: "warning",
      place,
      message: `has failurePolicy Ignore, with ${enforcing.map((policy) => policy.name).join(", ")} enforced: requests that cannot reach the gate are allowed`,
    });
  for (const purpose of ["validate", "mutate"] as const) {
    const webhooks = webhooksOf(entry, purpose, { gate, settings, endpoint: undefined });
    const count = Math.max(0, ...webhooks.map(({ matchConditions }) => matchConditions.length));
    if (count > MAX_CONDITIONS)
      lints.push({
        code: "too-many-match-conditions",
        severity: "error",
        place,
        message: `has ${count} matchConditions for ${purpose}, guards included; the API server accepts at most ${MAX_CONDITIONS}`,
      });
    const length = Math.max(0, ...fullPolicyConditions(entry, purpose).map((condition) => condition.length));
    if (length > MAX_CONDITION_LENGTH)
      lints.push({
        code: "condition-too-long",
        severity: "warning",
        place,
        message: `needs a matchCondition of ${length} characters for ${purpose} to limit calls to what its policies match; the condition is left out, and the gate gets more calls`,
      });
  }
  return lints;
}
