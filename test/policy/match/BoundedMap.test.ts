import { expect, it } from "vitest";
import { BoundedMap } from "../../../src/policy/match/BoundedMap.ts";

it("BoundedMap removes only the oldest entry when it is full", () => {
  const map = new BoundedMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.set("a", 3);
  expect(map.set("c", 4)).toBe(4);
  expect(["a", "b", "c"].map((key) => map.get(key))).toEqual([3, undefined, 4]);
});
