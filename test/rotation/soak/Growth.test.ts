import { expect, it } from "vitest";
import { growthOf, type MemoryUse } from "./Growth.ts";

const MIB = 2 ** 20;

/** Measurements with a warm-up of a tenth, a scatter of 1 MiB and a leak per rotation. */
function run(leak: Partial<MemoryUse>, rotations = 1_000): MemoryUse[] {
  let seed = 7;
  const scatter = (): number => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647 - 0.5;
  };
  return Array.from({ length: rotations / 10 }, (_, at) => {
    const done = (at + 1) * 10;
    const cold = done < rotations / 10 ? 20 * MIB : 0;
    return {
      rotations: done,
      heap: 30 * MIB - cold + scatter() * MIB + done * (leak.heap ?? 0),
      resident: 130 * MIB - cold + scatter() * 8 * MIB + done * (leak.resident ?? 0),
      handles: 40 + Math.round(scatter() * 12) + done * (leak.handles ?? 0),
    };
  });
}

const grown = (measurements: readonly MemoryUse[]): string[] =>
  growthOf(measurements)
    .filter(({ grows }) => grows)
    .map(({ what }) => what);

it("growthOf finds no growth without a leak, and ignores the warm-up", () => {
  expect(grown(run({}))).toEqual([]);
});

it.each([
  ["4 KiB of heap per rotation", { heap: 4_096 }, ["heap"]],
  ["a TLS context per rotation", { resident: 100_000 }, ["resident"]],
  ["a handle for every twentieth rotation", { handles: 0.05 }, ["handles"]],
  ["all measures", { heap: 4_096, resident: 100_000, handles: 1 }, ["heap", "resident", "handles"]],
  ["a leak below the bound", { heap: 500 }, []],
])("growthOf judges %s", (_, leak, found) => {
  expect(grown(run(leak))).toEqual(found);
});

it("growthOf reports bounds that contain the size of the leak", () => {
  const [heap] = growthOf(run({ heap: 10_000 }));
  expect(heap?.fit?.min).toBeLessThan(10_000_000);
  expect(heap?.fit?.max).toBeGreaterThan(10_000_000);
  expect((heap?.fit?.max ?? 0) - (heap?.fit?.min ?? 0)).toBeLessThan(1.5 * MIB);
});

it("growthOf does not judge too few measurements", () => {
  expect(growthOf(run({ heap: MIB }, 100)).map(({ grows }) => grows)).toEqual([undefined, undefined, undefined]);
});
