import fc from "fast-check";
import { expect, it } from "vitest";
import type * as z from "zod/mini";
import { faultFromIssue } from "../../../src/protocol/faultFromIssue.ts";
import { admissionReviewSchema } from "../../../src/protocol/review/admissionReviewSchema.ts";
import { checkAdmissionReview } from "../../../src/protocol/review/checkAdmissionReview.ts";
import { decodeAdmissionReview } from "../../../src/protocol/review/decodeAdmissionReview.ts";
import { anyEnvelope } from "./anyEnvelope.ts";

const RUNS = 10_000;

it(`checkAdmissionReview accepts what zod accepts of ${RUNS} envelopes, and has the fault of zod's first issue`, () => {
  const seen = { accepted: 0, refused: 0 };
  const paths = new Set<string>();
  fc.assert(
    fc.property(anyEnvelope("admission"), (body) => {
      const checked = checkAdmissionReview(body);
      const parsed = admissionReviewSchema.safeParse(body);
      seen[parsed.success ? "accepted" : "refused"] += 1;
      if (parsed.success) {
        if (!checked.ok) throw new Error(`refused, and zod accepts it: ${checked.fault.path}`);
        if (checked.value !== body) throw new Error("the value is a copy");
        return;
      }
      const [issue] = parsed.error.issues;
      if (issue === undefined) throw new Error("zod has no issue");
      const fault = faultFromIssue(issue);
      paths.add(fault.path);
      expect(checked).toEqual({ ok: false, fault });
    }),
    { numRuns: RUNS },
  );
  // The envelopes are worth the comparison: many of both, and every member is the fault of some.
  expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(RUNS / 10);
  for (const member of Object.keys(admissionReviewSchema.shape.request.shape))
    if (member !== "object" && member !== "oldObject")
      expect([...paths].filter((path) => `${path}.`.startsWith(`request.${member}.`))).not.toEqual([]);
});

it(`decodeAdmissionReview makes the review of ${RUNS} envelopes that zod's copy of them has`, () => {
  let decodedReviews = 0;
  fc.assert(
    fc.property(anyEnvelope("admission"), (body) => {
      const decoded = decodeAdmissionReview(body);
      const parsed = admissionReviewSchema.safeParse(body);
      if (!decoded.ok || !parsed.success) return void expect(decoded.ok && !parsed.success).toBe(false);
      decodedReviews += 1;
      const { options, ...review } = decoded.value;
      expect(review).toEqual(reviewOf(parsed.data));
      // By reference: zod's copy has no member named __proto__.
      expect(options).toBe((body as z.infer<typeof admissionReviewSchema>).request.options ?? null);
    }),
    { numRuns: RUNS },
  );
  expect(decodedReviews).toBeGreaterThan(RUNS / 10);
});

/** The review of an envelope that zod has checked and copied, without its options. */
function reviewOf({ apiVersion, request }: z.infer<typeof admissionReviewSchema>): object {
  const { userInfo } = request;
  const oldName = (request.oldObject as { metadata?: { name?: unknown } } | null | undefined)?.metadata?.name;
  const nameOfDeleted = request.operation === "DELETE" && typeof oldName === "string" ? oldName : "";
  return {
    version: apiVersion.slice("admission.k8s.io/".length),
    uid: request.uid,
    kind: request.kind,
    resource: request.resource,
    subresource: request.subResource ?? "",
    requestKind: request.requestKind ?? request.kind,
    requestResource: request.requestResource ?? request.resource,
    requestSubresource: request.requestSubResource ?? request.subResource ?? "",
    name: request.name || nameOfDeleted,
    namespace: request.namespace ?? "",
    operation: request.operation,
    user: {
      username: userInfo.username ?? "",
      uid: userInfo.uid ?? "",
      groups: userInfo.groups ?? [],
      extra: Object.fromEntries(Object.entries(userInfo.extra ?? {}).map(([key, values]) => [key, values ?? []])),
    },
    object: request.object ?? null,
    oldObject: request.oldObject ?? null,
    dryRun: request.dryRun ?? false,
  };
}
