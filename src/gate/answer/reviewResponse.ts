import { type PeekedReview, peekReview } from "../../protocol/review/peekReview.ts";
import type { GateDependencies } from "../GateDependencies.ts";
import { GateError } from "../GateError.ts";
import type { GateLimits } from "../GateLimits.ts";

const JSON_TYPE = { "content-type": "application/json" };
/** For an oversized body: its unread rest makes the connection useless for other calls. */
const CLOSE = { ...JSON_TYPE, connection: "close" };

const OK = { headers: JSON_TYPE };

/** Writes the JSON of a review as HTTP. */
export function reviewResponse(text: string, { answerInit = OK }: Pick<GateDependencies, "answerInit">): Response {
  return new Response(text, answerInit);
}

/** Writes an encoded review as the last answer of its connection. */
export function lastResponse(review: unknown): Response {
  return new Response(JSON.stringify(review), { headers: CLOSE });
}

/** What the client reads about a review over a limit. */
export function oversizedMessage(over: "bodyBytes" | "callBytes", limits: GateLimits): string {
  switch (over) {
    case "bodyBytes":
      return `the review is larger than the ${limits.bodyBytes} bytes that this gate reads`;
    case "callBytes":
      return `the review has too many parts: to parse it takes more than the ${limits.callBytes} bytes of memory of one call`;
  }
}

/** The envelope in the beginning of an oversized body. Throws {@link GateError} `too-large` when it is not of this kind. */
export function peekOversized(beginning: string, kind: PeekedReview["kind"], message: string): PeekedReview {
  const peeked = peekReview(beginning);
  if (peeked?.kind !== kind) throw new GateError("too-large", message);
  return peeked;
}
