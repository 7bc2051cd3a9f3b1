import type { CertificateCondition, CertificateView } from "../CertificateView.ts";

/** The type of the condition that a rollout writes on a Certificate. */
export const CONDITION = "RolledOut";

/** The condition of a Certificate, as stored. */
export interface RolloutCondition {
  readonly type: typeof CONDITION;
  readonly status: "True" | "False" | "Unknown";
  /** UpperCamelCase. */
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  readonly lastTransitionTime: string;
}

/** The status of a Certificate's workloads. */
export interface RolloutSummary extends Pick<RolloutCondition, "status" | "reason" | "message"> {
  /** When it began, in milliseconds since 1970; undefined for the time of the condition's last status change. */
  readonly since?: number;
}

/** Shorter than what the CRD allows, because people read it. */
const MAX_MESSAGE_CHARACTERS = 1000;

/** The condition to write; undefined when it is already stored. `now` in milliseconds since 1970. */
export function rolloutCondition(
  { conditions, generation }: CertificateView,
  summary: RolloutSummary,
  now: number,
): RolloutCondition | undefined {
  const stored: CertificateCondition | undefined = conditions.find(({ type }) => type === CONDITION);
  const message = summary.message.slice(0, MAX_MESSAGE_CHARACTERS);
  // A time ahead of now was not written by a rollout, and would extend a timeout.
  const isAhead = Date.parse(stored?.lastTransitionTime ?? "") > now;
  const isStored =
    !isAhead &&
    stored?.status === summary.status &&
    stored.reason === summary.reason &&
    stored.message === message &&
    stored.observedGeneration === generation;
  if (isStored) return undefined;
  return {
    type: CONDITION,
    status: summary.status,
    reason: summary.reason,
    message,
    observedGeneration: generation,
    lastTransitionTime:
      !isAhead &&
      summary.since === undefined &&
      stored?.status === summary.status &&
      stored.lastTransitionTime !== undefined
        ? stored.lastTransitionTime
        : new Date(summary.since ?? now).toISOString().replace(/\.\d+Z$/, "Z"),
  };
}
