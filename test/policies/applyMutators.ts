import jsonPatch from "fast-json-patch";
import { expect } from "vitest";
import type { Policy } from "../../src/policy/define/policy.ts";
import type { Review } from "../../src/protocol/review/Review.ts";
import { judge } from "./judge.ts";
import type { Loose } from "./reviewFrom.ts";

/**
 * Returns the object after the mutators' patch, applied by an independent library. Also calls the mutators again on the
 * result, as the API server may, and expects an empty patch.
 */
export async function applyMutators(policies: Policy | readonly Policy[], review: Review): Promise<Loose> {
  const before = structuredClone(review);
  const result = await patched(policies, review);
  expect(review).toEqual(before);
  const again = await judge(policies, { ...review, object: result }, "mutate");
  expect(again).toMatchObject({ allowed: true, patch: [] });
  return result;
}

async function patched(policies: Policy | readonly Policy[], review: Review): Promise<Loose> {
  const verdict = await judge(policies, review, "mutate");
  if (!verdict.allowed) throw new Error(`denied: ${verdict.message}`);
  const operations = structuredClone(verdict.patch) as jsonPatch.Operation[];
  return jsonPatch.applyPatch(structuredClone(review.object), operations, true, true, false).newDocument;
}
