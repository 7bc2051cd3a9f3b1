import { Host } from "../../protocol/Host.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import { servedChains } from "../../trust/probe/EndpointView.ts";
import { verifyChain } from "../../trust/verify/verifyChain.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import { gateHooks } from "../cluster/gateHooks.ts";
import type { Diagnosis } from "../Diagnosis.ts";
import { timeLeft } from "./timeLeft.ts";

/** Whether something runs out that nobody seems to renew: a certificate that is served, or a root that it hangs on. */
export function checkExpiry(view: ClusterView): Diagnosis[] {
  const bundles = Map.groupBy(gateHooks(view), ({ base }) => base);
  return view.endpoints.flatMap((endpoint) => {
    const stored = bundles.get(endpoint.base) ?? [];
    const host = Host.ofUrl(endpoint.base).name;
    const needed = new Map<string, Certificate>();
    for (const served of servedChains(endpoint))
      for (const { bundle } of stored) {
        const anchors = bundle === "" ? served.slice(-1) : readableCertificates(bundle);
        for (const it of neededOf(served, anchors, host, view.now)) needed.set(it.fingerprint, it);
      }
    return [...needed.values()].flatMap((certificate): Diagnosis[] => {
      const left = timeLeft(certificate, view.now);
      if (left === undefined) return [];
      const what = certificate.isCa ? "the CA certificate" : "the serving certificate";
      return [
        {
          code: "runs-out",
          severity: left.severity,
          about: endpoint.base,
          message: `${what} ${certificate.subject.short || certificate.serial} ${left.text}: nobody renewed it in time`,
          todo: certificate.isCa
            ? "Have the endpoint's certificate issued below a CA that lasts; add the new root to trust.roots first where it changes."
            : "See why it is not renewed: the provider's validation of the domain, its DNS records, CAA, or whoever renews by hand.",
        },
      ];
    });
  });
}

/** Of the ways to an anchor the one that lasts longest; the leaf alone where there is none. */
function neededOf(
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
