import { isJsonObject, type JsonObject } from "../protocol/Json.ts";
import { parseBundle } from "../trust/bundle.ts";
import { TrustError } from "../trust/TrustError.ts";
import type { CertificateView } from "./CertificateView.ts";
import type { IssuedRevision } from "./plan/RolloutGoal.ts";
import { RolloutError } from "./RolloutError.ts";
import { REQUEST_REVISION } from "./workload/rolloutAnnotations.ts";

/**
 * Finds the certificate of a Certificate's revision among CertificateRequests: the request has the revision's annotation and
 * is owned by the Certificate. Undefined when there is none. Throws {@link RolloutError} `certificate-unknown` when its
 * certificate cannot be read.
 */
export function issuedRevision(
  requests: readonly JsonObject[],
  { uid }: CertificateView,
  revision: number,
): IssuedRevision | undefined {
  for (const { metadata, status } of requests) {
    if (!isJsonObject(metadata) || !isJsonObject(status)) continue;
    const { annotations, ownerReferences, name } = metadata;
    if (!isJsonObject(annotations) || annotations[REQUEST_REVISION] !== String(revision)) continue;
    const owners = Array.isArray(ownerReferences) ? ownerReferences.filter(isJsonObject) : [];
    if (!owners.some((owner) => owner.uid === uid) || typeof status.certificate !== "string") continue;
    const pem = Buffer.from(status.certificate, "base64").toString("utf8");
    try {
      const [leaf] = parseBundle(pem, `CertificateRequest ${String(name)}`);
      if (leaf !== undefined) return { revision, serial: leaf.serial };
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      throw new RolloutError("certificate-unknown", error.message, error);
    }
  }
  return undefined;
}
