import jsonPatch from "fast-json-patch";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import type { Loose } from "../../policies/reviewFrom.ts";
import { deepFreeze, everything, frozenReview, judge } from "../policyRun.ts";

/** The kind and the group of an object, and its resource. */
export type Kind = readonly [apiVersion: string, kind: string, resource: string];

/** A review of an object. With `old` it is an UPDATE. */
export function reviewOf(
  [apiVersion, kind, resource]: Kind,
  object: JsonObject,
  old?: JsonObject,
  subresource = "",
): Review {
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const named = (value: JsonObject): JsonObject => deepFreeze({ apiVersion, kind, ...value });
  return frozenReview("mutate-v1-create-pods-1", {
    kind: { group, version, kind },
    resource: { group, version, resource },
    subresource,
    operation: old === undefined ? "CREATE" : "UPDATE",
    object: named(object),
    oldObject: old === undefined ? null : named(old),
  });
}

/** A mutator of everything. */
export const changing = (mutate: (draft: Loose) => unknown, leaveAlone = true): Policy =>
  policy({ name: "p", match: everything, leaveAlone, mutate: (draft) => void mutate(draft) });

/** The object after the mutators, and what they left alone. */
export async function mutateObject(review: Review, ...policies: Policy[]): Promise<{ object: Loose; left?: string }> {
  const { verdict } = await judge("mutate", review, policies);
  if (!verdict.allowed) throw new Error(verdict.message);
  const operations = structuredClone(verdict.patch) as jsonPatch.Operation[];
  const object = jsonPatch.applyPatch<unknown>(structuredClone(review.object), operations).newDocument;
  const left = verdict.auditAnnotations["p.left-alone"];
  return { object, ...(left === undefined ? {} : { left }) };
}
