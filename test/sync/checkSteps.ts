import * as fc from "fast-check";
import { expect } from "vitest";
import { viewOf } from "../../src/sync/target/TargetView.ts";
import { trustHash } from "../../src/trust/bundle.ts";
import { makeCas, NEW, OLD, SyncWorld } from "./SyncWorld.ts";

const SOAK = 1_000;
/** CA 3 is never pinned. */
const CAS = 4;

const pins = fc.subarray([0, 1, 2], { minLength: 1 });
const served = fc.oneof({ weight: 6, arbitrary: fc.nat(2) }, fc.constantFrom(3, "connection refused", "timed out"));
const change = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant("step" as const), stale: fc.boolean() }) },
  fc.record({ do: fc.constant("kill" as const) }),
  fc.record({
    do: fc.constant("serve" as const),
    base: fc.constantFrom(OLD, NEW),
    served: fc.array(served, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ do: fc.constant("pin" as const), pins }),
  fc.record({ do: fc.constant("url" as const), url: fc.constantFrom(OLD, NEW, undefined) }),
  fc.record({ do: fc.constant("wait" as const), time: fc.constantFrom(1, 400, SOAK) }),
  fc.record({
    do: fc.constant("tamper" as const),
    target: fc.nat(4),
    bundle: fc.constantFrom("", "nonsense", "third"),
  }),
  fc.record({ do: fc.constant("freeze" as const), isFrozen: fc.boolean() }),
  fc.record({ do: fc.constant("canary" as const), result: fc.constantFrom("honest", "unknown", "failed", "cut-off") }),
  fc.record({ do: fc.constant("blind" as const), isBlind: fc.boolean() }),
  fc.record({ do: fc.constant("issue" as const), token: fc.constantFrom("a", "b", undefined) }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function happen(world: SyncWorld, event: Change): void {
  world.now += 1;
  switch (event.do) {
    case "step":
      world.step({ stale: event.stale });
      break;
    case "kill":
      world.kill();
      break;
    case "serve":
      world.served.set(event.base, event.served);
      break;
    case "pin":
      world.pin(event.pins);
      break;
    case "url":
      // A frozen goal has no URL (`freezeRemoval`, NextGoal.ts).
      if (world.goal.frozen === undefined) world.goal = { ...world.goal, url: event.url };
      break;
    case "wait":
      world.now += event.time;
      break;
    case "tamper":
      world.tamper(event.target, event.bundle === "third" ? world.rootOf(2).pem : event.bundle);
      break;
    case "freeze":
      world.freeze(event.isFrozen);
      break;
    case "canary":
      world.canary = event.result;
      break;
    case "issue":
      world.issue(event.token);
      break;
    case "blind":
      world.isBlind = event.isBlind;
      break;
  }
}

/**
 * Checks random histories of {@link SyncWorld}, as many as `runs` says. No step writes a bundle that rejects the endpoint,
 * adds an unwanted root, removes a root or a capability too early, or lets an unmarked webhook fail open. Every world converges.
 */
export async function checkSteps(runs: number): Promise<void> {
  const cas = await makeCas(CAS);
  fc.assert(
    fc.property(
      pins,
      fc.nat(2),
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom(undefined, 30),
      fc.constantFrom("a", "c"),
      fc.array(change, { maxLength: 60 }),
      (asked, live, conversions, isRecorded, breakGlassAfterMs, last, events) => {
        const world = new SyncWorld(
          cas,
          { gate: "g", cluster: "prod", url: undefined, soakMs: SOAK, breakGlassAfterMs },
          asked,
          [live],
          {
            conversions,
            isRecorded,
          },
        );
        for (const event of events) happen(world, event);
        // The world calms down: the endpoint serves a wanted root.
        world.canary = "honest";
        world.freeze(false);
        world.isBlind = false;
        world.kill();
        world.goal = { ...world.goal, url: NEW };
        world.issue(last);
        world.pin(asked);
        for (const base of [OLD, NEW]) world.served.set(base, [asked[0] ?? 0, asked[0] ?? 0]);
        // Longer than changes by another writer are counted together.
        world.now += 2 * 3_600_000;
        for (let run = 0; run < 4; run += 1) {
          world.kill();
          world.run();
          world.now += SOAK;
        }
        expect(world.step()).toEqual({ kind: "nothing-to-do", notes: [] });
        const writes = world.writes;
        world.run();
        expect(world.writes).toBe(writes);
        const wanted = trustHash(asked.map((pin) => world.rootOf(pin)));
        for (const target of world.targets)
          expect(viewOf(target, world.goal)).toMatchObject({ hash: wanted, bases: [`${NEW}/k/${last}`] });
        for (const { state, hooks } of world.targets) {
          expect([state.phase, state.failingOpen]).toEqual([undefined, undefined]);
          for (const { failurePolicy = "Fail" } of hooks) expect(failurePolicy).toBe("Fail");
        }
      },
    ),
    { numRuns: runs },
  );
}
