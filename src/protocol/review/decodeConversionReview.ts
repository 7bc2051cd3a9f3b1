import type { ConversionReview } from "./ConversionReview.ts";
import { checkConversionReview } from "./checkConversionReview.ts";
import type { DecodeResult } from "./DecodeResult.ts";
import { reviewVersion } from "./reviewVersion.ts";

/** Decodes a ConversionReview, v1 or v1beta1, from parsed JSON. The objects are not copied. */
export function decodeConversionReview(body: unknown): DecodeResult<ConversionReview> {
  const version = reviewVersion(body, "ConversionReview", "apiextensions.k8s.io");
  if (!version.ok) return version;
  const checked = checkConversionReview(body);
  if (!checked.ok) return checked;
  const { uid, desiredAPIVersion, objects } = checked.value.request;
  return { ok: true, value: { version: version.value, uid, desiredApiVersion: desiredAPIVersion, objects } };
}
