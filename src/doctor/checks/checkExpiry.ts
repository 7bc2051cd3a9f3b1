import { Host } from "../../protocol/Host.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import { servedChains } from "../../trust/EndpointView.ts";
import { assumedAnchors } from "../../trust/verify/assumedAnchors.ts";
import { type ChainQuestion, verifyChain } from "../../trust/verify/verifyChain.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import { gateHooks } from "../cluster/gateHooks.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";
import { timeLeft } from "./timeLeft.ts";

/** Checks whether a served certificate, or the root above it, expires without having been renewed. */
export function checkExpiry(view: ClusterView): DoctorFinding[] {
  const bundles = Map.groupBy(gateHooks(view), ({ base }) => base);
  return view.endpoints.flatMap((endpoint) => {
    const stored = bundles.get(endpoint.base) ?? [];
    const host = Host.ofUrl(endpoint.base).name;
    const needed = new Map<string, Certificate>();
    for (const served of servedChains(endpoint))
      for (const { bundle } of stored) {
        const anchors = bundle === "" ? assumedAnchors(served) : readableCertificates(bundle);
        for (const it of pathOf({ served, anchors, host, now: view.now })) needed.set(it.fingerprint, it);
      }
    return [...needed.values()].flatMap((certificate): DoctorFinding[] => {
      const left = timeLeft(certificate, view.now);
      if (left === undefined) return [];
      const what = certificate.isCa ? "the CA certificate" : "the serving certificate";
      return [
        {
          code: "runs-out",
          severity: left.severity,
          about: endpoint.base,
          message: `${what} ${certificate.subject.short || certificate.serial} ${left.text}: it was not renewed in time`,
          todo: certificate.isCa
            ? "Have the endpoint's certificate issued by a CA that lasts longer. If the root changes, add the new root to trust.roots first."
            : "Find out why it is not renewed. Check the provider's validation of the domain, its DNS and CAA records, or the manual renewal.",
        },
      ];
    });
  });
}

/** The path that the API server takes, not all that is served. Only the leaf if there is no path. */
function pathOf(question: ChainQuestion): readonly Certificate[] {
  const verification = verifyChain(question);
  return verification.ok ? verification.path : question.served.slice(0, 1);
}
