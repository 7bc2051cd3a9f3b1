import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { ResolvedEntry } from "../render/gateEntries.ts";
import { CONDITION_LENGTH, wantedPolicyCondition, webhookOf } from "../render/webhookOf.ts";
import type { Lint } from "./Lint.ts";

/** As many as the API server takes for one webhook (`validateMatchConditions`, k8s.io/kubernetes). */
const CONDITIONS = 64;

/** What is wrong with what an entry says for its registration in a cluster. */
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
      message: `has failurePolicy Ignore, and ${enforcing.map((policy) => policy.name).join(", ")} enforced: what cannot reach the gate is allowed`,
    });
  for (const purpose of ["validate", "mutate"] as const) {
    const count = webhookOf(entry, purpose, { gate, settings, endpoint: undefined })?.matchConditions.length ?? 0;
    if (count > CONDITIONS)
      lints.push({
        code: "too-many-match-conditions",
        severity: "error",
        place,
        message: `comes to ${count} matchConditions for ${purpose}, its guards among them; the API server takes ${CONDITIONS}`,
      });
    const length = wantedPolicyCondition(entry, purpose)?.length ?? 0;
    if (length > CONDITION_LENGTH)
      lints.push({
        code: "condition-too-long",
        severity: "warning",
        place,
        message: `would need a matchCondition of ${length} characters for ${purpose} to call for no more than its policies match; it is left out, and the gate is called for more`,
      });
  }
  return lints;
}
