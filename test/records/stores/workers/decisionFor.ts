import type { Decision } from "../../../../src/records/decision/decisionSchema.ts";

/** A decision on a request with this uid. */
export function decisionFor(cluster: string, uid: string, changes: DecisionChanges = {}): Decision {
  const { digest = "0".repeat(64), allowed = true, object } = changes;
  return {
    apiVersion: "records.postern.dev/v1",
    kind: "Decision",
    cluster,
    identity: { tier: "none" },
    user: {},
    request: {
      uid,
      digest,
      purpose: "validate",
      operation: "CREATE",
      subresource: "",
      namespace: "default",
      name: "one",
      dryRun: false,
      ...(object === undefined ? {} : { object }),
    },
    verdict: { allowed, policies: [], warnings: [] },
    durationMs: 1,
    gate: { name: "test" },
  };
}

/** What makes it another decision. */
export interface DecisionChanges {
  readonly digest?: string;
  readonly allowed?: boolean;
  readonly object?: Record<string, unknown>;
}
