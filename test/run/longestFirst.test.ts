import { expect, it } from "vitest";
import type { TestSpecification, Vitest } from "vitest/node";
import { longestFirst } from "./longestFirst.ts";

const FILES = ["test/a.test.ts", "test/b.test.ts", "test/long.test.ts", "test/longer.test.ts", "test/z.test.ts"];

async function order(seed: number): Promise<string[]> {
  const Sequencer = longestFirst(["/longer.", "/long."]);
  const sequencer = new Sequencer({ config: { sequence: { seed } } } as Vitest);
  const sorted = await sequencer.sort(FILES.map((moduleId) => ({ moduleId }) as TestSpecification));
  return sorted.map(({ moduleId }) => moduleId);
}

it("longestFirst runs the named long files first, in their order, with any seed", async () => {
  for (const seed of [1, 2, 3])
    expect((await order(seed)).slice(0, 2)).toEqual(["test/longer.test.ts", "test/long.test.ts"]);
});

it("longestFirst runs every other file once, in an order that depends on the seed", async () => {
  expect(await order(1)).toEqual(await order(1));
  expect((await order(7)).sort()).toEqual([...FILES].sort());
  const orders = await Promise.all(Array.from({ length: 20 }, async (_, seed) => (await order(seed)).join()));
  expect(new Set(orders).size).toBeGreaterThan(2);
});
