import { parseBundle, readableCertificates } from "../../trust/bundle.ts";
import { TrustError } from "../../trust/TrustError.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import { gateHooks } from "../cluster/gateHooks.ts";
import type { Diagnosis } from "../Diagnosis.ts";

/** Whether the bundles that are stored are what somebody would want there, whatever the endpoint serves. */
export function checkBundle(view: ClusterView): Diagnosis[] {
  return gateHooks(view).flatMap(({ about, bundle }) => {
    if (bundle === "") return [];
    const roots = readableCertificates(bundle);
    return [...readingFault(about, bundle, roots), ...rootFaults(about, roots, view.now)];
  });
}

function readingFault(about: string, bundle: string, roots: readonly Certificate[]): Diagnosis[] {
  try {
    parseBundle(bundle, "caBundle");
    return [];
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    if (error.code === "private-key")
      return [
        {
          code: "private-key-in-bundle",
          severity: "error",
          about,
          message: `${error.message}`,
          todo: "Take that key for stolen: make a new one and have its certificates revoked. Then write a bundle of certificates alone.",
        },
      ];
    // A mark at the start hides the block after it from the API server, though not from everybody.
    const isUseless = roots.length === 0 || error.code === "byte-order-mark";
    return [
      {
        code: "bad-bundle",
        severity: isUseless ? "error" : "warning",
        about,
        message: `${error.message}; ${roots.length === 0 ? "no root is left, and every call fails" : "the API server passes it over in silence"}`,
        todo: "Write the bundle anew: postern render --ca FILE reads it strictly, and a sync writes nothing else.",
      },
    ];
  }
}

function rootFaults(about: string, roots: readonly Certificate[], now: number): Diagnosis[] {
  const named = (them: readonly Certificate[]): string => them.map(({ subject }) => subject.short).join(", ");
  const below = roots.filter(({ isCa, subject, issuer }) => !isCa || subject.raw !== issuer.raw);
  const expired = roots.filter(({ notAfter }) => notAfter.getTime() <= now);
  return [
    ...(below.length === 0
      ? []
      : [
          {
            code: "no-root-in-bundle",
            severity: "warning",
            about,
            message: `its caBundle has what is no root: ${named(below)}; providers change these without notice`,
            todo: "Pin the roots above them in their place.",
          } as const,
        ]),
    ...(expired.length === 0
      ? []
      : [
          {
            code: "expired-root",
            severity: "info",
            about,
            message: `its caBundle has what is over: ${named(expired)}`,
            todo: "Nothing has to be done; a sync takes it away once it has been unused for the soak.",
          } as const,
        ]),
  ];
}
