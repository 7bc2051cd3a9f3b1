import { Host } from "../../protocol/Host.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import { servedChains } from "../../trust/EndpointView.ts";
import { verifyChain } from "../../trust/verify/verifyChain.ts";
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
        const anchors = bundle === "" ? served.slice(-1) : readableCertificates(bundle);
        for (const it of longestChain(served, anchors, host, view.now)) needed.set(it.fingerprint, it);
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

/** The longest-lasting chain to an anchor. Only the leaf if there is no chain. */
function longestChain(
  served: readonly Certificate[],
  anchors: readonly Certificate[],
  host: string,
  now: number,
): readonly Certificate[] {
  const verification = verifyChain({ served, anchors, host, now });
  if (!verification.ok) return served.slice(0, 1);
  const end = verification.notAfter.getTime();
  const best = verification.chains.find((chain) => chain.every(({ notAfter }) => notAfter.getTime() >= end));
  return best ?? served.slice(0, 1);
}
