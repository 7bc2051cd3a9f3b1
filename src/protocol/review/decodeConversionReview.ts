import { faultFromIssue } from "../faultFromIssue.ts";
import { isJsonObject, type JsonObject } from "../Json.ts";
import type { ConversionReview } from "./ConversionReview.ts";
import { conversionReviewSchema } from "./conversionReviewSchema.ts";
import type { DecodeResult } from "./DecodeResult.ts";
import { reviewVersion } from "./reviewVersion.ts";

/** Decodes a ConversionReview, v1 or v1beta1, from parsed JSON. The objects are not copied. */
export function decodeConversionReview(body: unknown): DecodeResult<ConversionReview> {
  const version = reviewVersion(body, "ConversionReview", "apiextensions.k8s.io");
  if (!version.ok) return version;
  const parsed = conversionReviewSchema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {
      ok: false,
      fault: issue
        ? faultFromIssue(issue)
        : { path: "(body)", expected: "expected a ConversionReview", about: "shape" },
    };
  }
  const { uid, desiredAPIVersion } = parsed.data.request;
  return {
    ok: true,
    value: { version: version.value, uid, desiredApiVersion: desiredAPIVersion, objects: objectsOf(body) },
  };
}

/** The objects of the body, not the schema's copies: a copy by assignment loses a member named `__proto__`. */
function objectsOf(body: unknown): JsonObject[] {
  const request = isJsonObject(body) ? body.request : undefined;
  const objects = isJsonObject(request) ? request.objects : undefined;
  return Array.isArray(objects) ? objects.filter(isJsonObject) : [];
}
