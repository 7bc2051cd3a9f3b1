import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { makeKey } from "../../../src/cli/keys/makeKey.ts";
import { type KeySet, MIN_AGE_MS, type Rotation, rotateKeySet } from "../../../src/cli/keys/rotateKeySet.ts";
import type { CapabilityKey } from "../../../src/identity/capability/readKeySet.ts";
import type { ClusterTier } from "../../../src/identity/IdentityTier.ts";
import {
  CapabilityBed,
  callWith,
  DAY_MS,
  issued,
  outcomeOf,
  ServiceAccountIssuer,
  START_MS,
} from "../../identity/capability/CapabilityBed.ts";

const LIFE_MS = DAY_MS;
const GRACE_MS = 7 * DAY_MS;
const HOUR_MS = 3_600_000;

/** A key that only has a place in a set. */
function key(kid: string, more: Partial<CapabilityKey> = {}): CapabilityKey {
  return { kid, alg: "EdDSA", x: "x", y: undefined, d: "d", sinceMs: START_MS, untilMs: undefined, ...more };
}

function rotate(keys: KeySet, nowMs: number, more: Partial<Rotation> = {}) {
  return rotateKeySet(keys, {
    nowMs,
    lifeMs: LIFE_MS,
    graceMs: GRACE_MS,
    fresh: key("new"),
    isDeployed: false,
    ...more,
  });
}

describe("rotateKeySet", () => {
  const END_MS = LIFE_MS + GRACE_MS;
  const later = START_MS + MIN_AGE_MS;
  const stopped = (kid: string, sinceMs: number) => key(kid, { d: undefined, sinceMs, untilMs: sinceMs + END_MS });

  it("lets the next key sign, and keeps the one before without its private part", () => {
    expect(rotate([key("a"), key("b")], later)).toEqual({
      outcome: "rotated",
      keys: [key("b", { sinceMs: later }), key("new", { sinceMs: later }), stopped("a", later)],
      dropped: [],
    });
  });

  it.each([
    ["a millisecond too young", START_MS + MIN_AGE_MS - 1, START_MS, START_MS + MIN_AGE_MS],
    ["of the future", START_MS, START_MS + HOUR_MS, START_MS + HOUR_MS + MIN_AGE_MS],
    ["of an unknown age", START_MS, undefined, undefined],
  ])("waits for a next key %s, unless it is on every instance", (_, nowMs, sinceMs, readyMs) => {
    const keys: KeySet = [key("a"), key("b", { sinceMs })];
    expect(rotate(keys, nowMs)).toEqual({ outcome: "too-early", readyMs });
    expect(rotate(keys, nowMs, { isDeployed: true })).toMatchObject({
      outcome: "rotated",
      keys: [{ kid: "b" }, {}, {}],
    });
  });

  const signing = key("a", { sinceMs: START_MS + HOUR_MS });
  const next = key("b", { sinceMs: START_MS + HOUR_MS });

  it("drops a key when its time is over, and not before", () => {
    const old = stopped("old", START_MS);
    const keys: KeySet = [signing, next, old];
    const endMs = START_MS + END_MS;
    expect(rotate(keys, endMs - 1)).toMatchObject({ dropped: [], keys: [{}, {}, {}, old] });
    expect(rotate(keys, endMs)).toMatchObject({ dropped: [old], keys: { length: 3 } });
  });

  it("counts the end of the key before from now: an instance may have had the old set until now", () => {
    const before = stopped("before", START_MS + HOUR_MS);
    const nowMs = START_MS + 100 * DAY_MS;
    expect(rotate([signing, next, before], nowMs)).toMatchObject({
      dropped: [],
      keys: [{ kid: "b" }, { kid: "new" }, stopped("a", nowMs), stopped("before", nowMs)],
    });
  });

  it("keeps a key for longer when life or grace became longer, and never for less", () => {
    const keys: KeySet = [signing, next, stopped("old", START_MS)];
    const untilWith = (lifeMs: number, graceMs: number): number | undefined => {
      const result = rotate(keys, START_MS + 2 * HOUR_MS, { lifeMs, graceMs });
      return "keys" in result ? result.keys[3]?.untilMs : undefined;
    };
    expect(untilWith(30 * DAY_MS, GRACE_MS)).toBe(START_MS + 30 * DAY_MS + GRACE_MS);
    expect(untilWith(HOUR_MS, 0)).toBe(START_MS + END_MS);
  });

  it("adds a next key to a set without one, and does not change who signs", () => {
    expect(rotate([key("a", { sinceMs: undefined })], START_MS)).toEqual({
      outcome: "prepared",
      keys: [key("a", { sinceMs: undefined }), key("new")],
      dropped: [],
    });
  });

  it("gives an end to keys of another tool that only verify", () => {
    const other = key("other", { d: undefined, sinceMs: undefined });
    expect(rotate([key("a"), key("b"), other], later)).toMatchObject({ keys: [{}, {}, {}, stopped("other", later)] });
  });

  it("counts the end of older keys from when they stopped, so that rotations without end never fill the set", () => {
    let keys: KeySet = [key("0"), key("1")];
    const dropped: string[] = [];
    for (let rotation = 1; rotation <= 20; rotation += 1) {
      const result = rotate(keys, START_MS + rotation * 30 * DAY_MS, { fresh: key(String(rotation + 1)) });
      if (result.outcome !== "rotated") throw new Error(result.outcome);
      keys = result.keys;
      dropped.push(...result.dropped.map(({ kid }) => kid));
    }
    expect(keys).toHaveLength(4);
    expect(dropped).toEqual(Array.from({ length: 18 }, (_, index) => String(index)));
  });

  it("does not rotate a set of 8 keys that all have capabilities", () => {
    const old = Array.from({ length: 6 }, (_, index) => stopped(`old${index}`, START_MS + index));
    const keys: KeySet = [signing, next, ...old];
    expect(rotate(keys, later, { isDeployed: true })).toEqual({ outcome: "full", readyMs: START_MS + END_MS });
    expect(rotate(keys, START_MS + END_MS)).toMatchObject({ outcome: "rotated", dropped: [{ kid: "old0" }] });
  });
});

describe("no capability is refused by any instance before its grace ends", () => {
  /** Enough for all runs. The order in which they are used does not matter. */
  let pool: readonly CapabilityKey[];
  let issuer: ServiceAccountIssuer;
  beforeAll(async () => {
    pool = await Promise.all(Array.from({ length: 40 }, (_, index) => makeKey(index % 3 === 0 ? "ES256" : "EdDSA", 0)));
    issuer = await ServiceAccountIssuer.create();
  });

  /** Instances with a set each, and a file that is rotated when all of them have its set. */
  class Fleet {
    readonly #sets: KeySet[];
    readonly #tiers: { tier: ClusterTier; bed: CapabilityBed; set: number }[] = [];
    readonly #tokens: { readonly token: string; readonly endsMs: number }[] = [];
    #made = 2;
    nowMs = START_MS;
    rotations = 0;

    constructor() {
      this.#sets = [[this.#key(0), this.#key(1)]];
    }

    #key(index: number): CapabilityKey {
      const [first] = pool;
      const made = pool[index % pool.length] ?? first;
      if (made === undefined) throw new Error("the pool is empty");
      return { ...made, sinceMs: this.nowMs };
    }

    async start(count: number): Promise<void> {
      for (let index = 0; index < count; index += 1) await this.#deploy(index, 0);
    }

    /** An instance gets the newest set, or goes back to the one before. */
    async deploy(index: number, isBack = false): Promise<void> {
      const at = index % this.#tiers.length;
      const newest = this.#sets.length - 1;
      await this.#deploy(at, isBack ? Math.max(0, newest - 1) : newest);
    }

    async #deploy(index: number, set: number): Promise<void> {
      const bed = await CapabilityBed.start(this.#sets[set]);
      bed.nowMs = this.nowMs;
      this.#tiers[index] = { bed, tier: bed.cluster("production", issuer), set };
    }

    wait(ms: number): void {
      this.nowMs += ms;
      for (const { bed } of this.#tiers) bed.nowMs = this.nowMs;
    }

    async issue(index: number): Promise<void> {
      const at = this.#tiers[index % this.#tiers.length];
      if (at === undefined) return;
      const { token, expiresAt } = await issued(at.tier, issuer, this.nowMs);
      this.#tokens.push({ token, endsMs: expiresAt * 1_000 + GRACE_MS });
    }

    rotate(): void {
      const [newest] = this.#sets.slice(-1);
      if (newest === undefined || this.#tiers.some(({ set }) => set < this.#sets.length - 1)) return;
      const fresh = this.#key(this.#made);
      this.#made += 1;
      const result = rotate(newest, this.nowMs, { fresh });
      if (result.outcome !== "rotated") return;
      this.#sets.push(result.keys);
      this.rotations += 1;
    }

    async check(): Promise<void> {
      for (const { token, endsMs } of this.#tokens)
        for (const { tier, set } of this.#tiers) {
          const outcome = await outcomeOf(tier.identify(callWith(token)));
          expect({ set, outcome }).toEqual({
            set,
            outcome: this.nowMs < endsMs ? "accepted" : expect.stringMatching(/^(?:expired|unknown-key)$/),
          });
        }
    }
  }

  const step = fc.oneof(
    fc.record({ what: fc.constant("deploy" as const), index: fc.nat({ max: 2 }) }),
    fc.record({ what: fc.constant("back" as const), index: fc.nat({ max: 2 }) }),
    fc.record({ what: fc.constant("issue" as const), index: fc.nat({ max: 2 }) }),
    fc.record({ what: fc.constant("rotate" as const), index: fc.constant(0) }),
    fc.record({ what: fc.constant("deploy everywhere, rotate" as const), index: fc.nat({ max: 2 }) }),
    fc.record({
      what: fc.constant("wait" as const),
      index: fc.constantFrom(MIN_AGE_MS, HOUR_MS, DAY_MS, 3 * DAY_MS, 8 * DAY_MS),
    }),
  );

  it("for instances with the old and the new set, whichever issued it", async () => {
    const fleet = new Fleet();
    await fleet.start(2);
    fleet.wait(MIN_AGE_MS);
    fleet.rotate();
    await fleet.deploy(1);
    for (const index of [0, 1]) await fleet.issue(index);
    await fleet.check();
    await fleet.deploy(0);
    await fleet.issue(0);
    fleet.wait(MIN_AGE_MS);
    fleet.rotate();
    await fleet.deploy(0);
    for (const index of [0, 1]) await fleet.issue(index);
    await fleet.check();
    expect(fleet.rotations).toBe(2);
    fleet.wait(LIFE_MS + GRACE_MS - HOUR_MS);
    await fleet.check();
  });

  it("in any order of rotations, deployments and ways back", async () => {
    let rotations = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40 }), async (steps) => {
        const fleet = new Fleet();
        await fleet.start(3);
        for (const { what, index } of steps) {
          if (what === "deploy") await fleet.deploy(index);
          else if (what === "back") await fleet.deploy(index, true);
          else if (what === "issue") await fleet.issue(index);
          else if (what === "rotate") fleet.rotate();
          else if (what === "deploy everywhere, rotate") {
            for (const at of [0, 1, 2]) await fleet.deploy(at);
            fleet.rotate();
            await fleet.deploy(index);
          } else fleet.wait(index);
          await fleet.check();
        }
        rotations += fleet.rotations;
      }),
      { numRuns: 60 },
    );
    expect(rotations).toBeGreaterThan(60);
  });
});
