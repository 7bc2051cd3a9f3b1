import type { JsonObject } from "../Json.ts";
import type { ConversionOutcome } from "./ConversionReview.ts";
import type { ReviewVersion } from "./Review.ts";

/** The wire form of an answer (`apiextensions.k8s.io` ConversionReview with only `response`). */
export interface ConversionReviewAnswer {
  readonly apiVersion: `apiextensions.k8s.io/${ReviewVersion}`;
  readonly kind: "ConversionReview";
  readonly response: {
    readonly uid: string;
    readonly convertedObjects: readonly JsonObject[];
    readonly result: { status: "Success" } | { status: "Failure"; message: string };
  };
}

/** Writes a conversion's outcome in the version that asked, with its uid. A failure carries no objects. */
export function encodeConversionReview(
  asked: { version: ReviewVersion; uid: string },
  outcome: ConversionOutcome,
): ConversionReviewAnswer {
  return {
    apiVersion: `apiextensions.k8s.io/${asked.version}`,
    kind: "ConversionReview",
    response: {
      uid: asked.uid,
      convertedObjects: outcome.converted ? outcome.objects : [],
      result: outcome.converted ? { status: "Success" } : { status: "Failure", message: outcome.message },
    },
  };
}
