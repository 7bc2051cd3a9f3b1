import type { Review } from "../../../protocol/review/Review.ts";
import type { PolicyVerdict, Verdict } from "../../../protocol/review/Verdict.ts";
import type { GateRuntime } from "../../GateRuntime.ts";
import type { AdmissionCall } from "../Call.ts";

/** Reports the verdict on a review: the attributes and the event `postern.admission.decision` of its span, and the counts. */
export function reportVerdict(
  { cluster, purpose, entry, span }: AdmissionCall,
  review: Review,
  verdict: Verdict,
  runtime: Pick<GateRuntime, "deps" | "namedEntry">,
): void {
  const { metrics } = runtime.deps;
  const { allowed, policies, warnings } = verdict;
  // Only a self-test is denied without a policy.
  const decision = policies.length === 0 ? (allowed ? "not-judged" : "self-test") : allowed ? "allowed" : "denied";
  if (metrics !== undefined) {
    metrics.review({ cluster, purpose, entry: runtime.namedEntry(entry), verdict: decision });
    for (const one of policies) metrics.policy({ policy: one.policy, mode: one.mode, result: resultOf(one) });
  }
  if (!span.isRecording) return;
  const { uid, namespace, resource, subresource, operation, dryRun } = review;
  span.setAttributes({
    "k8s.namespace.name": namespace === "" ? undefined : namespace,
    "postern.review.uid": uid,
    "postern.review.resource": subresource === "" ? resource.resource : `${resource.resource}/${subresource}`,
    "postern.review.operation": operation,
    "postern.review.dry_run": dryRun,
  });
  span.addEvent("postern.admission.decision", {
    "postern.verdict": decision,
    "postern.policies": policies.length,
    "postern.warnings": warnings.length,
    ...(allowed
      ? { "postern.patch.operations": verdict.patch.length }
      : {
          "postern.status_code": verdict.code,
          "postern.denied_by": policies.filter((one) => resultOf(one) === "deny").map(({ policy }) => policy),
        }),
  });
}

/** From the strongest to the weakest. */
const EFFECTS = ["deny", "existing", "excepted", "warn", "would-deny", "would-patch", "would-warn"] as const;

/** The strongest effect of a policy's findings, `exception-ending` for one that is permitted for 14 days at most, `pass` without findings, or why it did not judge. */
export function resultOf({ result, findings, exceptionState }: PolicyVerdict): string {
  if (result !== "judged") return result;
  if (findings.length === 0) return "pass";
  const strongest = EFFECTS.find((effect) => findings.some((finding) => finding.effect === effect)) ?? "pass";
  return strongest === "excepted" && exceptionState === "ending" ? "exception-ending" : strongest;
}
