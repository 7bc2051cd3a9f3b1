import type { CertificateCondition, CertificateView } from "../certificate/CertificateView.ts";

/** The condition that a rollout keeps on a Certificate. */
export const CONDITION = "RolledOut";

/** As the API server takes it. */
export interface RolloutCondition {
  readonly type: typeof CONDITION;
  readonly status: "True" | "False" | "Unknown";
  /** UpperCamelCase. */
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  readonly lastTransitionTime: string;
}

/** What is to be said of a Certificate's workloads. */
export interface RolloutSummary extends Pick<RolloutCondition, "status" | "reason" | "message"> {
  /** Since when it is so, in milliseconds since 1970; undefined for since its status is what it is. */
  readonly since?: number;
}

/** The CRD takes longer ones; nobody reads them. In characters. */
const MESSAGE = 1000;

/** What is to be written; undefined where it is there already. `now` in milliseconds since 1970. */
export function rolloutCondition(
  { conditions, generation }: CertificateView,
  summary: RolloutSummary,
  now: number,
): RolloutCondition | undefined {
  const before: CertificateCondition | undefined = conditions.find(({ type }) => type === CONDITION);
  const message = summary.message.slice(0, MESSAGE);
  const isSame =
    before?.status === summary.status &&
    before.reason === summary.reason &&
    before.message === message &&
    before.observedGeneration === generation;
  if (isSame) return undefined;
  return {
    type: CONDITION,
    status: summary.status,
    reason: summary.reason,
    message,
    observedGeneration: generation,
    lastTransitionTime:
      summary.since === undefined && before?.status === summary.status && before.lastTransitionTime !== undefined
        ? before.lastTransitionTime
        : new Date(summary.since ?? now).toISOString().replace(/\.\d+Z$/, "Z"),
  };
}
