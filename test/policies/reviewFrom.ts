import { isJsonObject } from "../../src/protocol/Json.ts";
import { decodeAdmissionReview } from "../../src/protocol/review/decodeAdmissionReview.ts";
import type { Review } from "../../src/protocol/review/Review.ts";
import { readReview } from "../fixtures/readReview.ts";

/** Parsed JSON that a test may change; what is not there reads as undefined. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into captured JSON and put wrong things there on purpose
export type Loose = any;

/** A captured review, decoded, after `change` had its parsed `request.object` (or the request, for what is beside it). */
export function reviewFrom(fixture: string, change: (object: Loose, request: Loose) => void = () => undefined): Review {
  const body: unknown = JSON.parse(readReview(fixture));
  if (!isJsonObject(body) || !isJsonObject(body.request)) throw new Error(`${fixture} holds no review`);
  change(body.request.object, body.request);
  // Once more through JSON, so that what a change set to undefined is not there.
  const decoded = decodeAdmissionReview(JSON.parse(JSON.stringify(body)));
  if (!decoded.ok) throw new Error(`${fixture}: ${decoded.fault.path} ${decoded.fault.expected}`);
  return decoded.value;
}
