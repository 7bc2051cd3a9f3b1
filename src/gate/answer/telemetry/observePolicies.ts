import type { PolicyObserver } from "../../../policy/run/PolicyObserver.ts";
import type { Span } from "../../../telemetry/trace/Span.ts";
import type { GateDependencies } from "../../GateDependencies.ts";

/** A policy that takes this long is slow: a tenth of the shortest timeout of a registration. On Workers only waiting counts. */
const SLOW_MS = 100;

/**
 * Reports each policy of a review: a span for each in a sampled trace, in another one only for those that are slow, failed or
 * late; and its duration. Undefined where nobody asks for it.
 */
export function observePolicies(
  span: Span | undefined,
  { tracer, metrics, now: gateNow }: Pick<GateDependencies, "tracer" | "metrics" | "now">,
): PolicyObserver | undefined {
  if (span === undefined || (tracer === undefined && metrics === undefined)) return undefined;
  // Whole milliseconds are enough to find a slow policy, and cost less.
  const isExact = span.isRecording || metrics !== undefined;
  const now = isExact && tracer !== undefined ? tracer.now : gateNow;
  let errors: Map<string, Error | undefined> | undefined;
  return {
    now,
    failed: (policy, error) => {
      errors ??= new Map();
      errors.set(policy, error);
    },
    ended: ({ policy: { name }, result }, startedAt) => {
      const durationMs = now() - startedAt;
      metrics?.policyDuration(name, durationMs);
      const isNotable = result === "failed" || result === "missed-deadline" || durationMs >= SLOW_MS;
      if (!span.isRecording && !isNotable) return;
      const child = span.child(`policy ${name}`, {
        startedAt,
        isNotable,
        attributes: { "postern.policy": name, "postern.result": result },
      });
      if (result === "failed") child.recordError(errors?.get(name) ?? "unreadable error");
      if (result === "missed-deadline") child.setAttributes({ "error.type": result });
      child.end();
    },
  };
}
