import type { JsonObject } from "../Json.ts";
import type { ConversionOutcome } from "./ConversionReview.ts";
import type { ReviewVersion } from "./Review.ts";

/** The wire form of an answer: an `apiextensions.k8s.io` ConversionReview with only `response`. */
export interface ConversionReviewAnswer {
  readonly apiVersion: `apiextensions.k8s.io/${ReviewVersion}`;
  readonly kind: "ConversionReview";
  readonly response: {
    readonly uid: string;
    readonly convertedObjects: readonly JsonObject[];
    readonly result: { status: "Success" } | { status: "Failure"; message: string };
  };
}

/** Encodes the outcome of a conversion in the version and with the uid of its request. A failure has no objects. */
export function encodeConversionReview(
  request: { version: ReviewVersion; uid: string },
  outcome: ConversionOutcome,
): ConversionReviewAnswer {
  return {
    apiVersion: `apiextensions.k8s.io/${request.version}`,
    kind: "ConversionReview",
    response: {
      uid: request.uid,
      convertedObjects: outcome.converted ? outcome.objects : [],
      result: outcome.converted ? { status: "Success" } : { status: "Failure", message: outcome.message },
    },
  };
}
