import type { Identity } from "../../../identity/Identity.ts";
import type { GateRuntime } from "../../GateRuntime.ts";
import type { Call } from "../Call.ts";

/** Measures a caller that was identified, and warns of a capability that has expired. */
export function noteCaller(
  { cluster, entry, log, span }: Call,
  { tier, subject, graceEndsMs }: Identity,
  runtime: Pick<GateRuntime, "deps" | "namedEntry">,
): void {
  const { metrics, isApart } = runtime.deps;
  if (isApart === true) return;
  const isInGrace = graceEndsMs !== undefined;
  metrics?.caller({ cluster, tier, isInGrace });
  if (span.isRecording) span.setAttributes({ "postern.tier": tier, "postern.entry": runtime.namedEntry(entry) });
  if (isInGrace)
    log.warn("a capability has expired and is honoured for now; its sync does not renew it", {
      code: "capability-in-grace",
      jti: subject,
      until: new Date(graceEndsMs).toISOString(),
    });
}
