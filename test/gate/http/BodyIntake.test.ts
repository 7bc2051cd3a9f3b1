import { expect, it } from "vitest";
import { BodyIntake, type IntakePlace } from "../../../src/gate/http/BodyIntake.ts";

/** An intake of 100 bytes, and the bodies that it evicted, by name. */
class IntakeBed {
  readonly evicted: string[] = [];
  readonly #intake = new BodyIntake(100);
  readonly #places = new Map<string, IntakePlace>();

  place(name: string): IntakePlace {
    let place = this.#places.get(name);
    if (place === undefined) {
      place = this.#intake.enter(() => this.evicted.push(name));
      this.#places.set(name, place);
    }
    return place;
  }
}

/** A body that begins or grows by bytes, or that leaves. */
type Step = readonly [name: string, bytes: number | "leaves"];

it.each<[evicted: string[], what: string, steps: readonly Step[]]>([
  [
    [],
    "bodies that fit",
    [
      ["a", 50],
      ["b", 50],
    ],
  ],
  [
    ["a"],
    "the oldest of two that do not fit",
    [
      ["a", 50],
      ["b", 51],
    ],
  ],
  [
    ["a"],
    "the oldest, even when it grows itself",
    [
      ["a", 10],
      ["b", 50],
      ["a", 50],
    ],
  ],
  [
    ["a", "b"],
    "as many as it needs",
    [
      ["a", 40],
      ["b", 40],
      ["c", 90],
    ],
  ],
  [
    ["b"],
    "none that holds nothing",
    [
      ["a", 0],
      ["b", 60],
      ["c", 60],
    ],
  ],
  [
    ["b"],
    "none that has left",
    [
      ["a", 60],
      ["a", "leaves"],
      ["b", 60],
      ["c", 60],
    ],
  ],
  [
    [],
    "a single body of any size",
    [
      ["a", 60],
      ["a", 600],
    ],
  ],
  [
    ["a"],
    "a large body when another begins",
    [
      ["a", 600],
      ["b", 1],
    ],
  ],
  [
    [],
    "a body that takes the room of one that left",
    [
      ["a", 90],
      ["a", "leaves"],
      ["a", "leaves"],
      ["b", 90],
    ],
  ],
])("evicts %j: %s", (evicted, _, steps) => {
  const bed = new IntakeBed();
  for (const [name, bytes] of steps)
    if (bytes === "leaves") bed.place(name).leave();
    else bed.place(name).grow(bytes);
  expect(bed.evicted).toEqual(evicted);
});

it("says to an evicted body that it is, and counts none of its later bytes", () => {
  const bed = new IntakeBed();
  expect(bed.place("a").grow(60)).toBe(true);
  expect(bed.place("b").grow(60)).toBe(true);
  expect(bed.place("a").grow(1_000)).toBe(false);
  expect(bed.place("c").grow(40)).toBe(true);
  expect(bed.evicted).toEqual(["a"]);
});

it("keeps the latest of 10,000 bodies that never end", () => {
  const intake = new BodyIntake(1_000);
  let evicted = 0;
  for (let count = 0; count < 10_000; count += 1) intake.enter(() => (evicted += 1)).grow(10);
  expect(evicted).toBe(9_900);
});
