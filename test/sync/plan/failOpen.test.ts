import { beforeAll, describe, expect, it } from "vitest";
import { nextStep } from "../../../src/sync/plan/nextStep.ts";
import type { Step } from "../../../src/sync/plan/Step.ts";
import { makeCas, NEW, OLD, SyncWorld, type WorldCa } from "../SyncWorld.ts";

const AFTER = 30;
const SOAK = 1_000;

let cas: WorldCa[];
beforeAll(async () => {
  cas = await makeCas(2);
});

const worldOf = (breakGlassAfter: number | undefined = AFTER): SyncWorld =>
  new SyncWorld(cas, { gate: "g", cluster: "prod", url: undefined, soak: SOAK, breakGlassAfter }, [0], [0]);

function goDown(world: SyncWorld): void {
  for (const base of [OLD, NEW]) world.served.set(base, ["connection refused"]);
}

function comeUp(world: SyncWorld, ca = 0): void {
  for (const base of [OLD, NEW]) world.served.set(base, [ca]);
}

/** The kinds of steps of a whole run, and the codes that it ends with. */
function runOf(world: SyncWorld): string[] {
  world.kill();
  const said: string[] = [];
  for (let count = 0; count < 40; count += 1) {
    world.now += 1;
    const step: Step = world.step();
    said.push(step.kind === "try-canary" && step.glass !== undefined ? `try to ${step.glass}` : step.kind);
    if (step.kind === "report") return [...said.slice(0, -1), ...step.findings.map(({ code }) => code)];
    if (step.kind === "refuse") return [...said.slice(0, -1), step.finding.code];
    if (step.kind === "nothing-to-do" || step.kind === "soak") return said;
  }
  throw new Error("the run does not end");
}

const policies = (world: SyncWorld): unknown[] =>
  world.targets.slice(1).map(({ hooks }) => hooks.map(({ failurePolicy }) => failurePolicy));
const WHOLE = [["Fail", "Fail"], ["Fail"]];
const BROKEN = [["Ignore", "Fail"], ["Ignore"]];
const BREAK = ["try to break", "break-glass", "break-glass"];

describe("where nothing can call the gate", () => {
  it("marked webhooks are let be ignored, for as long as that lasts, and no others", () => {
    const world = worldOf();
    goDown(world);
    expect(runOf(world)).toEqual([...BREAK, "unreachable", "glass-broken", "glass-broken"]);
    expect(policies(world)).toEqual(BROKEN);
    expect(runOf(world)).toEqual(["try to mend", "unreachable", "glass-broken", "glass-broken"]);
    comeUp(world);
    expect(runOf(world)).toEqual(["try to mend", "mend-glass", "mend-glass", "nothing-to-do"]);
    expect(policies(world)).toEqual(WHOLE);
  });

  it("killed in between, the next run goes on", () => {
    const world = worldOf();
    goDown(world);
    world.step();
    world.step();
    expect(policies(world)).not.toEqual(BROKEN);
    runOf(world);
    expect(policies(world)).toEqual(BROKEN);
    comeUp(world);
    world.kill();
    world.step();
    world.step();
    runOf(world);
    expect(policies(world)).toEqual(WHOLE);
  });

  it("they are judged again though nothing asks for that any more, and though this run's own network is down", () => {
    const world = worldOf();
    goDown(world);
    runOf(world);
    comeUp(world);
    world.goal = { ...world.goal, breakGlassAfter: undefined };
    world.isBlind = true;
    expect(runOf(world)).toEqual(["try to mend", "mend-glass", "mend-glass", "unreachable"]);
    expect(policies(world)).toEqual(WHOLE);
  });

  it("what is asked for is written first, and makes them judged again", () => {
    const world = worldOf();
    comeUp(world, 1);
    expect(runOf(world)).toEqual([...BREAK, "unanchored", "glass-broken", "glass-broken"]);
    world.pin([0, 1]);
    const said = runOf(world);
    expect(said.filter((kind) => kind === "mend-glass")).toHaveLength(2);
    expect(said.at(-1)).toBe("nothing-to-do");
    expect(policies(world)).toEqual(WHOLE);
  });

  it("what somebody has taken back stays, and is said until the gate can be called", () => {
    const world = worldOf();
    goDown(world);
    runOf(world);
    world.targets = world.targets.map((target) => ({
      ...target,
      hooks: target.hooks.map((hook) => ({ ...hook, failurePolicy: "Fail" as const })),
    }));
    expect(runOf(world)).toEqual(["try to mend", "unreachable", "glass-broken", "glass-broken"]);
    expect(policies(world)).toEqual(WHOLE);
    comeUp(world);
    expect(runOf(world).at(-1)).toBe("nothing-to-do");
    expect(world.targets.map(({ state }) => state.brokenGlass)).toEqual([undefined, undefined, undefined]);
  });
});

describe("nothing is let be ignored", () => {
  it.each<[what: string, happen: (world: SyncWorld) => void, ends: string]>([
    ["unless it was asked for", (world) => Object.assign(world, { goal: worldOf(-1).goal }), "unreachable"],
    [
      "when the API server gets through, and this run does not",
      (world) => Object.assign(world, { isBlind: true }),
      "unreachable",
    ],
    [
      "when the API server cannot be asked, as for a 429",
      (world) => Object.assign(world, { isBlind: true, canary: "unknown" }),
      "unreachable",
    ],
    [
      "when the gate signs with another key",
      (world) => Object.assign(world, { isBlind: true, canary: "failed" }),
      "unreachable",
    ],
    [
      "when this run gets through, and the API server does not",
      (world) => Object.assign(world, { canary: "cut-off" }),
      "nothing-to-do",
    ],
  ])("%s", (what, happen, ends) => {
    const world = worldOf();
    happen(world);
    if (what.startsWith("unless")) {
      world.goal = { ...world.goal, breakGlassAfter: undefined };
      goDown(world);
    }
    expect(runOf(world).at(-1)).toBe(ends);
    expect(policies(world)).toEqual(WHOLE);
  });

  it("when this run gets through and the API server does not, though something else keeps it from being in step", () => {
    const world = worldOf();
    world.pin([0, 1]);
    world.canary = "cut-off";
    expect(runOf(world)).toEqual(["try-canary", "canary-failed", "canary-failed"]);
    expect(policies(world)).toEqual(WHOLE);
  });

  it("when API servers were cut off for less long than was asked for", () => {
    const world = worldOf();
    goDown(world);
    const observation = world.observe();
    const step = nextStep(observation, world.goal);
    if (step.kind !== "try-canary") throw new Error(`not ${step.kind}`);
    world.step();
    const { glassTests = [] } = world.observe();
    const soonOver = glassTests.map((test) => ({ ...test, cutOffFor: AFTER - 1 }));
    const { canaryTest, ...rest } = world.observe();
    expect(canaryTest).toBeDefined();
    expect(nextStep({ ...rest, canaryTest: undefined, glassTests: soonOver }, world.goal).kind).toBe("report");
  });

  it("on a registration that is left alone, or without marks", () => {
    for (const change of [{ obstacle: "why" }, { hooks: undefined }]) {
      const world = worldOf();
      world.targets = world.targets.map((target) => ({
        ...target,
        ...(change.obstacle === undefined ? {} : { obstacle: target.isCanary ? undefined : change.obstacle }),
        hooks: target.hooks.map(({ mayIgnore: _, ...hook }) => hook),
      }));
      goDown(world);
      runOf(world);
      expect(policies(world)).toEqual(WHOLE);
    }
  });

  it("that somebody else has at Ignore is said, and stays", () => {
    const world = worldOf();
    world.targets = world.targets.map((target) => ({
      ...target,
      hooks: target.hooks.map((hook) => (hook.mayIgnore ? { ...hook, failurePolicy: "Ignore" as const } : hook)),
    }));
    expect(runOf(world)).toEqual(["glass-broken", "glass-broken"]);
    expect(policies(world)).toEqual(BROKEN);
  });
});
