import fc from "fast-check";
import { expect, it } from "vitest";
import { policy } from "../../../src/policy/define/policy.ts";
import { mergeHits } from "../../../src/policy/match/mergeHits.ts";
import type { PolicyHit } from "../../../src/policy/match/PolicyHit.ts";

const one = policy({ name: "one", match: { resources: ["pods"] }, validate: () => undefined });
const hits = fc
  .array(fc.nat({ max: 20 }))
  .map((orders): PolicyHit[] => orders.sort((a, b) => a - b).map((order) => ({ policy: one, template: [], order })));

it("mergeHits has all hits of both lists in their order, and returns a list itself when the other is empty", () => {
  fc.assert(
    fc.property(hits, hits, (left, right) => {
      const merged = mergeHits(left, right);
      expect(merged).toEqual([...left, ...right].sort((a, b) => a.order - b.order));
      expect(new Set(merged)).toEqual(new Set([...left, ...right]));
      if (right.length === 0) expect(merged).toBe(left);
      else if (left.length === 0) expect(merged).toBe(right);
    }),
  );
});
