import { targetName } from "../../sync/target/SyncTarget.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import type { Diagnosis } from "../Diagnosis.ts";
import { timeLeft } from "./timeLeft.ts";

/**
 * Whether other webhooks of the cluster, which fail requests when they cannot be called, hang on certificates that run
 * out. Of these the bundle's end alone is looked at: what a Service serves cannot be seen from here.
 */
export function checkOthers({ others, now }: ClusterView): Diagnosis[] {
  return others.flatMap((registration) => {
    const bundles = new Set(
      registration.hooks.filter(({ failurePolicy }) => failurePolicy === "Fail").map(({ bundle }) => bundle),
    );
    return [...bundles].flatMap((bundle): Diagnosis[] => {
      const roots = readableCertificates(bundle);
      const last = roots.toSorted((left, right) => right.notAfter.getTime() - left.notAfter.getTime())[0];
      const left = last === undefined ? undefined : timeLeft(last, now);
      if (last === undefined || left === undefined) return [];
      return [
        {
          code: "other-webhook-runs-out",
          // It is not the gate, and may be renewed late on purpose.
          severity: left.severity === "error" ? "warning" : "info",
          about: targetName(registration),
          message: `is not the gate's, has failurePolicy Fail, and the last certificate of its caBundle, ${last.subject.short}, ${left.text}`,
          todo: "Ask whoever runs that webhook whether somebody renews it: from then on, what it is asked about fails.",
        },
      ];
    });
  });
}
