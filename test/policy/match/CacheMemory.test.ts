import { expect, it } from "vitest";
import { CacheMemory } from "../../../src/policy/match/CacheMemory.ts";

it("CacheMemory.remember adds entries until the memory is used up, then all caches begin anew", () => {
  const memory = new CacheMemory(10);
  const first = new Map<string, number>();
  const second = new Map<number, string>();
  expect(memory.remember(first, "a", 1, 4)).toBe(1);
  expect(memory.remember(second, 2, "b", 6)).toBe("b");
  expect([first.size, second.size]).toEqual([1, 1]);
  memory.remember(first, "c", 3, 1);
  expect([[...first], [...second]]).toEqual([[["c", 3]], []]);
  memory.remember(second, 4, "d", 9);
  expect([first.size, second.size]).toEqual([1, 1]);
});

it("CacheMemory.remember keeps one entry that is larger than the memory", () => {
  const memory = new CacheMemory(10);
  const cache = new Map<string, number>();
  for (const key of ["a", "b"]) memory.remember(cache, key, 1, 100);
  expect([...cache.keys()]).toEqual(["b"]);
});
