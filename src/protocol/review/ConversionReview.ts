import type { JsonObject } from "../Json.ts";
import type { ReviewVersion } from "./Review.ts";

/** A decoded ConversionReview request: turn each object into `desiredApiVersion` (`group/version`). */
export interface ConversionReview {
  readonly version: ReviewVersion;
  readonly uid: string;
  readonly desiredApiVersion: string;
  readonly objects: readonly JsonObject[];
}

/** What the gate answers to a ConversionReview: every object converted, in the same order, or one message. */
export type ConversionOutcome =
  | { readonly converted: true; readonly objects: readonly JsonObject[] }
  | { readonly converted: false; readonly message: string };
