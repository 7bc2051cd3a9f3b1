import { parseBundle, readableCertificates } from "../../trust/bundle.ts";
import { TrustError } from "../../trust/TrustError.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import { gateHooks } from "../cluster/gateHooks.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";

/** Checks the stored bundles, regardless of what the endpoint serves. */
export function checkBundle(view: ClusterView): DoctorFinding[] {
  return gateHooks(view).flatMap(({ about, bundle }) => {
    if (bundle === "") return [];
    const roots = readableCertificates(bundle);
    return [...parseFindings(about, bundle, roots), ...rootFindings(about, roots, view.now)];
  });
}

function parseFindings(about: string, bundle: string, roots: readonly Certificate[]): DoctorFinding[] {
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
          message: error.message,
          todo: "Treat the key as stolen: make a new key and revoke its certificates. Then write a bundle of certificates only.",
        },
      ];
    // The API server skips the block after a byte order mark.
    const isUseless = roots.length === 0 || error.code === "byte-order-mark";
    return [
      {
        code: "bad-bundle",
        severity: isUseless ? "error" : "warning",
        about,
        message: `${error.message}; ${roots.length === 0 ? "no root is left, so every call fails" : "the API server skips it without an error"}`,
        todo: "Write the bundle again. postern render --ca FILE checks it strictly, and the sync writes only valid bundles.",
      },
    ];
  }
}

function rootFindings(about: string, roots: readonly Certificate[], now: number): DoctorFinding[] {
  const namesOf = (certificates: readonly Certificate[]): string =>
    certificates.map(({ subject }) => subject.short).join(", ");
  const noRoots = roots.filter(({ isCa, subject, issuer }) => !isCa || subject.raw !== issuer.raw);
  const expired = roots.filter(({ notAfter }) => notAfter.getTime() <= now);
  const findings: DoctorFinding[] = [];
  if (noRoots.length > 0)
    findings.push({
      code: "no-root-in-bundle",
      severity: "warning",
      about,
      message: `its caBundle contains certificates that are not roots: ${namesOf(noRoots)}; CAs change these without notice`,
      todo: "Replace each of them by the root above it.",
    });
  if (expired.length > 0)
    findings.push({
      code: "expired-root",
      severity: "info",
      about,
      message: `its caBundle contains expired certificates: ${namesOf(expired)}`,
      todo: "Nothing. The sync removes an expired root once it has been unused for the soak.",
    });
  return findings;
}
