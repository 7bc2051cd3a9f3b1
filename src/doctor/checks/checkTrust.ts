import { checkEndpoint } from "../../sync/plan/checkEndpoint.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import { gateHooks } from "../cluster/gateHooks.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";

/** Checks whether the served chains verify with the stored bundles, as the API server verifies them. */
export function checkTrust(view: ClusterView): DoctorFinding[] {
  return gateHooks(view).flatMap(({ about, base, bundle, hooks, registration }): DoctorFinding[] => {
    const endpoint = view.endpoints.find((it) => it.base === base);
    // The bundle of a canary matters only to self-tests, which report it.
    if (endpoint === undefined || registration.isCanary) return [];
    const roots = readableCertificates(bundle);
    // An unreadable bundle is not an empty one: every call fails. See checkBundle.
    if (bundle !== "" && roots.length === 0) return [];
    const { isFine, finding } = checkEndpoint(endpoint, roots, view.now);
    if (finding !== undefined && finding.code !== "unreachable") {
      const fails = hooks.some(({ failurePolicy }) => failurePolicy === "Fail");
      return [
        {
          code: "refused-chain",
          severity: "error",
          about,
          message: `${base}: ${finding.message}; ${fails ? "every request that it matches fails" : "with failurePolicy Ignore, nothing is checked"}`,
          todo: registration.isHandedOver
            ? "If the certificate is intended, add its root to trust.roots of the sync's config and let the sync run. Otherwise repair the endpoint."
            : "If the certificate is intended, render and apply the registrations with its root (postern render --ca FILE), or hand them to the sync. Otherwise repair the endpoint.",
        },
      ];
    }
    if (roots.length > 0 || !isFine) return [];
    return [
      {
        code: "unverified-chain",
        severity: "info",
        about,
        message: `${base}: caBundle is empty, so the roots of the API server's host apply, which cannot be read from here; names and dates are valid`,
        todo: "Nothing, for a certificate of a public CA. The self-test verifies the chain, if it can run.",
      },
    ];
  });
}
