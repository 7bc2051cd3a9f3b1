import { expect, it } from "vitest";
import { FieldReads } from "../../../src/policy/existing/FieldReads.ts";
import { hasWorsenedReads } from "../../../src/policy/existing/hasWorsenedReads.ts";
import { growthOf, LINEAR } from "../../run/growthOf.ts";

it("hasWorsenedReads takes linear time for a list of another order", () => {
  const growth = growthOf(
    400,
    (size) => {
      const list = Array.from({ length: size }, (_, index) => `item-${index}`);
      const reads = new FieldReads();
      const before = { spec: { list } };
      const after = { spec: { list: [...list].reverse() } };
      for (const state of [before, after])
        Reflect.get(Object(Reflect.get(Object(reads.trackRoot(state)), "spec")), "owner");
      return { before, after, reads };
    },
    ({ before, after, reads }) => hasWorsenedReads(before, after, reads),
  );
  expect(growth).toBeLessThan(LINEAR);
});
