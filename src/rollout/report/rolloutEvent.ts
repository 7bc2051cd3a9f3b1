import { createHash } from "node:crypto";
import { eventNote } from "../../kubernetes/eventNote.ts";
import { withoutTrailing } from "../../protocol/withoutTrailing.ts";
import type { CertificateView } from "../CertificateView.ts";
import type { RolloutState } from "../workload/RolloutState.ts";
import { type WorkloadRef, workloadName } from "../workload/WorkloadRef.ts";

/** An Event (events.k8s.io/v1). */
export interface RolloutEvent {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly [member: string]: unknown;
}

/** The content of an Event. */
export interface EventContent {
  readonly type: "Normal" | "Warning";
  /** UpperCamelCase. */
  readonly reason: string;
  readonly note: string;
  /** The identity of the occurrence: an Event with the same reason and key is the same Event. */
  readonly key: string;
}

/** The Event content for the phase of a workload's rollout. */
export function phaseEvent(ref: WorkloadRef, state: RolloutState, requestedBy: string | undefined): EventContent {
  const { phase, revision, serial, request, policy, started, message } = state;
  const name = workloadName(ref);
  const subject = `${name}, revision ${revision}, serial ${serial}`;
  const user = requestedBy === undefined ? "" : `, ${requestedBy}`;
  const origin = request === null ? "" : `, manual (${request}${user})`;
  const key = `${name} ${revision} ${serial} ${request ?? ""} ${started}`;
  switch (phase) {
    case "canary":
      return { type: "Normal", reason: "CanaryStarted", note: `${subject}: the canary starts${origin}`, key };
    case "rolling":
      return policy === "canary"
        ? { type: "Normal", reason: "CanaryPassed", note: `${subject}: the canary passed, the other Pods follow`, key }
        : { type: "Normal", reason: "RolloutStarted", note: `${subject}: the rollout starts${origin}`, key };
    case "done":
      return { type: "Normal", reason: "RolledOut", note: `${subject}: all Pods are replaced`, key };
    case "rolling-back":
      return { type: "Warning", reason: "RollingBack", note: `${subject}: ${message ?? ""}`, key };
    case "rolled-back":
      return {
        type: "Warning",
        reason: "RolledBack",
        note: `${subject}: ${message ?? ""}; no retry until the next revision or request`,
        key,
      };
  }
}

/**
 * Builds an Event about a Certificate. Its name is derived from the occurrence, so a controller that was killed and reports
 * it again creates no second Event. `now` in milliseconds since 1970.
 */
export function rolloutEvent(certificate: CertificateView, content: EventContent, now: number): RolloutEvent {
  const { namespace, name, uid } = certificate;
  const hash = createHash("sha256").update(`${uid} ${content.reason} ${content.key}`).digest("hex").slice(0, 16);
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: `${withoutTrailing(name.slice(0, 200), "-.")}.${hash}`, namespace },
    // The API server requires microseconds (metav1.MicroTime).
    eventTime: new Date(now).toISOString().replace(/Z$/, "000Z"),
    reportingController: "postern.dev/rollout",
    reportingInstance: "postern-rollout",
    action: content.reason,
    regarding: { apiVersion: "cert-manager.io/v1", kind: "Certificate", name, namespace, uid },
    type: content.type,
    reason: content.reason,
    note: eventNote(content.note),
  };
}
