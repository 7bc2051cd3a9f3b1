import fc from "fast-check";
import { expect, it } from "vitest";
import { faultFromIssue } from "../../../src/protocol/faultFromIssue.ts";
import { checkConversionReview } from "../../../src/protocol/review/checkConversionReview.ts";
import { conversionReviewSchema } from "../../../src/protocol/review/conversionReviewSchema.ts";
import { anyEnvelope } from "./anyEnvelope.ts";

const RUNS = 10_000;

it(`checkConversionReview accepts what zod accepts of ${RUNS} envelopes, and has the fault of zod's first issue`, () => {
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(anyEnvelope("conversion"), (body) => {
      const parsed = conversionReviewSchema.safeParse(body);
      seen[parsed.success ? "accepted" : "refused"] += 1;
      const [issue] = parsed.error?.issues ?? [];
      expect(checkConversionReview(body)).toEqual(
        issue === undefined ? { ok: true, value: body } : { ok: false, fault: faultFromIssue(issue) },
      );
    }),
    { numRuns: RUNS },
  );
  expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(RUNS / 10);
});
