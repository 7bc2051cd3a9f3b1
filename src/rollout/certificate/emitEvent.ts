import { KubernetesError } from "../../kubernetes/KubernetesError.ts";
import type { CertificateView } from "../CertificateView.ts";
import { type EventContent, rolloutEvent } from "../report/rolloutEvent.ts";
import type { ReconcileDeps } from "./ReconcileDeps.ts";

/** Creates an Event about a Certificate. A refusal (for example by a quota or a webhook) does not stop the rollout. */
export async function emitEvent(
  { cluster, now, observer }: ReconcileDeps,
  certificate: CertificateView,
  content: EventContent,
): Promise<void> {
  try {
    await cluster.event(certificate, rolloutEvent(certificate, content, now()));
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.code !== "cluster-refused") throw error;
    observer.onEventRefused(certificate, error.message);
  }
}
