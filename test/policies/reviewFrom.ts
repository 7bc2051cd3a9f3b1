import { isJsonObject } from "../../src/protocol/Json.ts";
import { decodeAdmissionReview } from "../../src/protocol/review/decodeAdmissionReview.ts";
import type { Review } from "../../src/protocol/review/Review.ts";
import { readReview } from "../fixtures/readReview.ts";

/** Parsed JSON that a test may change. Absent members are undefined. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into captured JSON and put wrong things there on purpose
export type Loose = any;

/** Decodes a captured review after `change` has changed its `request.object` or its request. */
export function reviewFrom(fixture: string, change: (object: Loose, request: Loose) => void = () => undefined): Review {
  const body: unknown = JSON.parse(readReview(fixture));
  if (!isJsonObject(body) || !isJsonObject(body.request)) throw new Error(`${fixture} holds no review`);
  change(body.request.object, body.request);
  // Through JSON again, so that members set to undefined are removed.
  const decoded = decodeAdmissionReview(JSON.parse(JSON.stringify(body)));
  if (!decoded.ok) throw new Error(`${fixture}: ${decoded.fault.path} ${decoded.fault.expected}`);
  return decoded.value;
}
