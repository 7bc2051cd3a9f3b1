import { targetName } from "../../sync/target/SyncTarget.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";
import { timeLeft } from "./timeLeft.ts";

/**
 * Checks whether the `caBundle` of other webhooks with failurePolicy Fail expires soon. Only the bundle is checked: the
 * certificate that a Service serves cannot be read from here.
 */
export function checkOtherWebhooks({ others, now }: ClusterView): DoctorFinding[] {
  return others.flatMap((registration) => {
    const bundles = new Set(
      registration.hooks.filter(({ failurePolicy }) => failurePolicy === "Fail").map(({ bundle }) => bundle),
    );
    return [...bundles].flatMap((bundle): DoctorFinding[] => {
      const roots = readableCertificates(bundle);
      const last = roots.toSorted((left, right) => right.notAfter.getTime() - left.notAfter.getTime())[0];
      const left = last === undefined ? undefined : timeLeft(last, now);
      if (last === undefined || left === undefined) return [];
      return [
        {
          code: "other-webhook-runs-out",
          // It does not belong to the gate, and may be renewed late on purpose.
          severity: left.severity === "error" ? "warning" : "info",
          about: targetName(registration),
          message: `does not belong to the gate, has failurePolicy Fail, and the last certificate of its caBundle, ${last.subject.short}, ${left.text}`,
          todo: "Ask the owner of the webhook whether the certificate is renewed. Once it has expired, every request that the webhook matches fails.",
        },
      ];
    });
  });
}
