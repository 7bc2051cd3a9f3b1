import { createHash } from "node:crypto";
import type { CertificateView } from "../certificate/CertificateView.ts";

/** An Event as the API server takes it (events.k8s.io/v1). */
export interface RolloutEvent {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly [member: string]: unknown;
}

/** What an Event is about. */
export interface RolloutNews {
  readonly type: "Normal" | "Warning";
  /** UpperCamelCase. */
  readonly reason: string;
  readonly note: string;
  /** What it is the same Event by: told twice, it is one. */
  readonly key: string;
}

/** Longer notes are refused (NoteLengthLimit, k8s.io/kubernetes/pkg/apis/core/validation/events.go). In bytes of UTF-8. */
const NOTE = 1024;

/**
 * An Event about a Certificate, whose name follows from what happened: a controller that was killed says it again, and
 * the API server keeps one. `now` in milliseconds since 1970.
 */
export function rolloutEvent(certificate: CertificateView, news: RolloutNews, now: number): RolloutEvent {
  const { namespace, name, uid } = certificate;
  const hash = createHash("sha256").update(`${uid} ${news.reason} ${news.key}`).digest("hex").slice(0, 16);
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: `${name.slice(0, 200).replace(/[-.]+$/, "")}.${hash}`, namespace },
    // Microseconds, which it insists on (metav1.MicroTime).
    eventTime: new Date(now).toISOString().replace(/Z$/, "000Z"),
    reportingController: "postern.dev/rollout",
    reportingInstance: "postern-rollout",
    action: news.reason,
    regarding: { apiVersion: "cert-manager.io/v1", kind: "Certificate", name, namespace, uid },
    type: news.type,
    reason: news.reason,
    note: cut(news.note),
  };
}

function cut(note: string): string {
  const { read } = new TextEncoder().encodeInto(note, new Uint8Array(NOTE));
  return note.slice(0, read);
}
