import { checkEndpoint } from "../../sync/plan/checkEndpoint.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import { gateHooks } from "../cluster/gateHooks.ts";
import type { Diagnosis } from "../Diagnosis.ts";

/** Whether what is served verifies with the bundles that are stored, as the API server verifies. */
export function checkTrust(view: ClusterView): Diagnosis[] {
  return gateHooks(view).flatMap(({ about, base, bundle, hooks, registration }): Diagnosis[] => {
    const endpoint = view.endpoints.find((it) => it.base === base);
    // What a canary has matters to self-tests alone, and they say so.
    if (endpoint === undefined || registration.isCanary) return [];
    const roots = readableCertificates(bundle);
    // What is there and cannot be read is no empty bundle: every call fails, which checkBundle says.
    if (bundle !== "" && roots.length === 0) return [];
    const { isFine, finding } = checkEndpoint(endpoint, roots, view.now);
    if (finding !== undefined && finding.code !== "unreachable") {
      const fails = hooks.some(({ failurePolicy }) => failurePolicy === "Fail");
      return [
        {
          code: "refused-chain",
          severity: "error",
          about,
          message: `${base}: ${finding.message}; ${fails ? "every request that it is asked about fails" : "with failurePolicy Ignore, nothing is checked"}`,
          todo: registration.isHandedOver
            ? "If that certificate is meant, put its root into trust.roots of the sync's config and let the sync run; else repair the endpoint."
            : "If that certificate is meant, render and apply the registrations with its root (postern render --ca FILE), or hand them to the sync; else repair the endpoint.",
        },
      ];
    }
    if (roots.length > 0 || !isFine) return [];
    return [
      {
        code: "unverified-chain",
        severity: "info",
        about,
        message: `${base}: caBundle is empty, so that the roots of the API server's own host count, which cannot be seen from here; names and dates are right`,
        todo: "Nothing, for a certificate of a public CA. The self-test tells, where it can be made.",
      },
    ];
  });
}
