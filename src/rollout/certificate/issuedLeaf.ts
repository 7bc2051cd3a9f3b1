import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { parseBundle } from "../../trust/bundle.ts";
import { TrustError } from "../../trust/TrustError.ts";
import { RolloutError } from "../RolloutError.ts";
import { REQUEST_REVISION } from "../workload/rolloutAnnotations.ts";
import type { CertificateView } from "./CertificateView.ts";

/** A leaf that was issued. */
export interface IssuedLeaf {
  /** In lower-case hex without leading zeros. */
  readonly serial: string;
}

/**
 * Finds the leaf of a Certificate's revision among CertificateRequests: the one that the Certificate owns and that has the
 * revision's annotation. Undefined where it is not among them. Throws {@link RolloutError} for one that cannot be read.
 */
export function issuedLeaf(
  requests: readonly JsonObject[],
  { uid }: CertificateView,
  revision: number,
): IssuedLeaf | undefined {
  for (const { metadata, status } of requests) {
    if (!isJsonObject(metadata) || !isJsonObject(status)) continue;
    const { annotations, ownerReferences, name } = metadata;
    if (!isJsonObject(annotations) || annotations[REQUEST_REVISION] !== String(revision)) continue;
    const owners = Array.isArray(ownerReferences) ? ownerReferences.filter(isJsonObject) : [];
    if (!owners.some((owner) => owner.uid === uid) || typeof status.certificate !== "string") continue;
    const pem = Buffer.from(status.certificate, "base64").toString("utf8");
    try {
      const [leaf] = parseBundle(pem, `CertificateRequest ${String(name)}`);
      if (leaf !== undefined) return { serial: leaf.serial };
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      throw new RolloutError("not-there", error.message, error);
    }
  }
  return undefined;
}
