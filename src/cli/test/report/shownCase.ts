import { isSecret } from "../../../policy/report/isSecret.ts";
import { NOT_SHOWN, secretMask } from "../../gate/secretMask.ts";
import type { CaseResult } from "../CaseResult.ts";

/** A failed case in words, without the values of a Secret. */
export interface ShownCase {
  readonly expected: string;
  readonly came: string;
  readonly reason: string;
  /** Of a Secret, a patch is not compared line by line. */
  readonly compare: { readonly expected: unknown; readonly came: unknown } | undefined;
}

/** What is shown of the result of a case. */
export function shownCase({ test, judgement, failure }: CaseResult): ShownCase {
  const { review, expect, message } = test;
  const mask = isSecret(review) ? secretMask([review.object, review.oldObject, judgement.object]) : undefined;
  const expected = message === undefined ? expect : `${expect}, with the message ${message.source}`;
  const compare = failure?.compare;
  const isPatch = compare !== undefined && typeof compare.expected !== "string";
  return {
    expected: mask === undefined ? expected : mask(expected),
    came: judgement.came,
    reason: mask === undefined ? (failure?.reason ?? "") : mask(failure?.reason ?? ""),
    compare:
      mask === undefined || compare === undefined
        ? compare
        : isPatch
          ? { expected: NOT_SHOWN, came: NOT_SHOWN }
          : { expected: mask(String(compare.expected)), came: mask(String(compare.came)) },
  };
}
