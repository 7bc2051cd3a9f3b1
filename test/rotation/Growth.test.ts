import { expect, it } from "vitest";
import { growthOf, type Held } from "./Growth.ts";

const MIB = 2 ** 20;

/** A process that is warm after a tenth, scatters by a MiB, and leaks so much with each rotation. */
function run(leak: Partial<Held>, rotations = 1_000): Held[] {
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

const grown = (held: readonly Held[]): string[] =>
  growthOf(held)
    .filter(({ grows }) => grows)
    .map(({ what }) => what);

it("finds no growth where none is, in whatever the warm-up took", () => {
  expect(grown(run({}))).toEqual([]);
});

it.each([
  ["a certificate's text kept with each rotation", { heap: 4_096 }, ["heap"]],
  ["a context kept with each rotation", { resident: 100_000 }, ["resident"]],
  ["a handle left open at every twentieth rotation", { handles: 0.05 }, ["handles"]],
  ["all of them", { heap: 4_096, resident: 100_000, handles: 1 }, ["heap", "resident", "handles"]],
  ["less than the bound", { heap: 500 }, []],
])("finds a leak of known size: %s", (_, leak, found) => {
  expect(grown(run(leak))).toEqual(found);
});

it("tells the leak's size, and that the bounds hold it", () => {
  const [heap] = growthOf(run({ heap: 10_000 }));
  expect(heap?.fit?.least).toBeLessThan(10_000_000);
  expect(heap?.fit?.most).toBeGreaterThan(10_000_000);
  expect((heap?.fit?.most ?? 0) - (heap?.fit?.least ?? 0)).toBeLessThan(1.5 * MIB);
});

it("does not judge by few measurements", () => {
  expect(growthOf(run({ heap: MIB }, 100)).map(({ grows }) => grows)).toEqual([undefined, undefined, undefined]);
});
