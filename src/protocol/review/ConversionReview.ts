import type { JsonObject } from "../Json.ts";
import type { ReviewVersion } from "./Review.ts";

/** A decoded ConversionReview request. `desiredApiVersion` is the target, as `group/version`. */
export interface ConversionReview {
  readonly version: ReviewVersion;
  readonly uid: string;
  readonly desiredApiVersion: string;
  readonly objects: readonly JsonObject[];
}

/** The gate's answer to a ConversionReview: all converted objects in the same order, or one message. */
export type ConversionOutcome =
  | { readonly converted: true; readonly objects: readonly JsonObject[] }
  | { readonly converted: false; readonly message: string };
