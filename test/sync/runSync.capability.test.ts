import { beforeEach, describe, expect, it } from "vitest";
import { CapabilityError } from "../../src/sync/capability/CapabilityError.ts";
import { findingsOf, isLast } from "../../src/sync/plan/Step.ts";
import type { SyncRun } from "../../src/sync/runSync.ts";
import { CapabilityWorld } from "./CapabilityWorld.ts";

const HOUR_MS = 3_600_000;
let world: CapabilityWorld;

beforeEach(async () => {
  world = await CapabilityWorld.create();
});

const kindsOf = ({ steps }: SyncRun): string[] => steps.map(({ kind }) => kind);
const codesOf = ({ last }: SyncRun): string[] => findingsOf(last).map(({ code }) => code);
/** What people and machines read of a run. */
const textOf = ({ steps }: SyncRun): string =>
  JSON.stringify(steps.map((step) => (isLast(step) ? findingsOf(step) : "reason" in step ? step.reason : "")));
const isNot =
  (index: number) =>
  (other: number): boolean =>
    other !== index;

describe("a run with a young capability", () => {
  it("fetches and writes nothing", async () => {
    world.place(world.fresh({ agoMs: HOUR_MS }));
    const run = await world.sync();
    expect([kindsOf(run), world.fetches, world.writes]).toEqual([["nothing-to-do"], 0, []]);
  });

  it("puts it into a webhook that is new, and fetches nothing", async () => {
    const token = world.fresh({ agoMs: HOUR_MS });
    world.place(token, isNot(2));
    const run = await world.sync();
    expect([codesOf(run), world.fetches, new Set(world.inForce())]).toEqual([[], 0, new Set([token])]);
  });

  it("continues a run that ended between two registrations, and fetches nothing", async () => {
    world.place(world.fresh({ agoMs: 20 * HOUR_MS, jti: "old" }));
    const token = world.fresh({ agoMs: HOUR_MS });
    world.place(token, (index) => index === 1);
    const run = await world.sync();
    expect([codesOf(run), world.fetches, new Set(world.inForce())]).toEqual([[], 0, new Set([token])]);
  });
});

describe("a run whose capability is due", () => {
  it.each<[what: string, arrange: () => void]>([
    ["no URL has one", () => undefined],
    ["it is past half of its life", () => world.place(world.fresh({ agoMs: 16 * HOUR_MS }))],
    ["it is in its grace", () => world.place(world.fresh({ agoMs: 30 * HOUR_MS }))],
    [
      "the gate refuses it",
      () => {
        world.place(world.fresh({ agoMs: HOUR_MS }));
        world.accepted.clear();
      },
    ],
    [
      "a registration has a younger one that nobody signed",
      () => {
        world.place(world.fresh({ agoMs: 2 * HOUR_MS }));
        const forged = world.fresh({ agoMs: HOUR_MS, jti: "forged" });
        world.accepted.delete(forged);
        world.place(forged, (index) => index === 2);
      },
    ],
  ])("fetches one, tries it, and writes it into each URL: %s", async (_, arrange) => {
    arrange();
    const run = await world.sync();
    const [token, ...others] = new Set(world.inForce());
    expect([codesOf(run), world.fetches, others]).toEqual([[], 1, []]);
    expect(world.accepted).toContain(token);
    expect(kindsOf(run)).toEqual(expect.arrayContaining(["renew-capability", "try-canary", "switch-url", "confirm"]));
    expect(textOf(run)).not.toContain(token);
    expect(JSON.stringify(world.targetsNow.map(({ state }) => state.base))).not.toContain(token);
    const again = await world.sync();
    expect([kindsOf(again), world.fetches]).toEqual([["nothing-to-do"], 1]);
  });

  it("keeps each base URL while the source of what comes next is not known, and renews", async () => {
    world.place(world.fresh({ agoMs: 16 * HOUR_MS }));
    world.goal = { ...world.goal, frozen: { code: "announcement-unavailable", about: "", message: "" } };
    const run = await world.sync();
    expect([codesOf(run), world.fetches, new Set(world.inForce()).size]).toEqual([["announcement-unavailable"], 1, 1]);
  });

  it("changes nothing when the gate issues none, and says until when the present one is honoured", async () => {
    const token = world.fresh({ agoMs: 16 * HOUR_MS });
    world.place(token);
    world.issue = () => new CapabilityError("gate.example.com answers 503");
    const run = await world.sync();
    expect([codesOf(run), world.fetches, world.writes]).toEqual([["capability-not-renewed"], 1, []]);
    expect(textOf(run)).toMatch(/answers 503; the present one ends at \S+, and its grace ends at /);
    world.issue = () => world.fresh();
    expect(codesOf(await world.sync())).toEqual([]);
  });

  it("changes no registration when the gate refuses the one that it issued", async () => {
    const token = world.fresh({ agoMs: 16 * HOUR_MS });
    world.place(token);
    world.issue = () => {
      const refused = world.fresh({ jti: "refused" });
      world.accepted.delete(refused);
      return refused;
    };
    const run = await world.sync();
    expect([...new Set(codesOf(run))]).toEqual(["canary-failed"]);
    expect([world.fetches, new Set(world.inForce())]).toEqual([1, new Set([token])]);
  });

  it("says with --dry-run that it would renew, and fetches and writes nothing", async () => {
    world.place(world.fresh({ agoMs: 16 * HOUR_MS }));
    const run = await world.sync({ dryRun: true });
    expect(kindsOf(run)).toEqual(expect.arrayContaining(["renew-capability", "switch-url"]));
    expect([world.fetches, world.writes]).toEqual([0, []]);
  });
});

it("a sync without capability in its config keeps the capability of each URL", async () => {
  const token = world.fresh({ agoMs: 20 * HOUR_MS });
  world.place(token, isNot(2));
  const { capability: _, ...goal } = world.goal;
  world.goal = goal;
  const run = await world.sync();
  expect([codesOf(run), world.fetches, world.inForce().filter((it) => it === token).length]).toEqual([[], 0, 5]);
});

it("a registration never goes back to a URL without a capability", async () => {
  await world.sync();
  const [token] = world.inForce();
  // The gate does not accept it any more before the write is confirmed, and before the URL had none.
  world.targetsNow = world.targetsNow.map((target) => {
    if (target.isCanary) return target;
    const snapshot = target.hooks.map((hook) => ({ ...hook, url: hook.url.replace(`/k/${token}`, "") }));
    return { ...target, state: { ...target.state, phase: "switching", since: world.now, snapshot } };
  });
  world.accepted.clear();
  world.issue = () => new CapabilityError("no answer");
  const run = await world.sync();
  expect([run.rolledBack, new Set(world.inForce())]).toEqual([false, new Set([token])]);
  expect(codesOf(run)).toEqual(expect.arrayContaining(["capability-not-renewed", "cannot-roll-back"]));
});
