import { beforeAll, describe, expect, it } from "vitest";
import { nextStep } from "../../../src/sync/plan/nextStep.ts";
import type { Step } from "../../../src/sync/plan/Step.ts";
import { makeCas, NEW, OLD, SyncWorld, type WorldCa } from "../SyncWorld.ts";

const AFTER_MS = 30;
const SOAK = 1_000;

let cas: WorldCa[];
beforeAll(async () => {
  cas = await makeCas(2);
});

const worldOf = (breakGlassAfterMs: number | undefined = AFTER_MS): SyncWorld =>
  new SyncWorld(cas, { gate: "g", cluster: "prod", url: undefined, soakMs: SOAK, breakGlassAfterMs }, [0], [0]);

function goDown(world: SyncWorld): void {
  for (const base of [OLD, NEW]) world.served.set(base, ["connection refused"]);
}

function comeUp(world: SyncWorld, ca = 0): void {
  for (const base of [OLD, NEW]) world.served.set(base, [ca]);
}

/** The steps of a whole run, and the finding codes at its end. */
function runOf(world: SyncWorld): string[] {
  world.kill();
  const said: string[] = [];
  for (let count = 0; count < 40; count += 1) {
    world.now += 1;
    const step: Step = world.step();
    said.push(step.kind === "try-canary" && step.decides !== undefined ? `try to ${step.decides}` : step.kind);
    if (step.kind === "report") return [...said.slice(0, -1), ...step.findings.map(({ code }) => code)];
    if (step.kind === "refuse") return [...said.slice(0, -1), step.finding.code];
    if (step.kind === "nothing-to-do" || step.kind === "soak") return said;
  }
  throw new Error("the run does not end");
}

const policies = (world: SyncWorld): unknown[] =>
  world.targets.slice(1).map(({ hooks }) => hooks.map(({ failurePolicy }) => failurePolicy));
const FAIL_CLOSED = [["Fail", "Fail"], ["Fail"]];
const FAIL_OPEN = [["Ignore", "Fail"], ["Ignore"]];
const BREAK = ["try to break-glass", "break-glass", "break-glass"];

describe("breakGlass and restoreFailClosed, while nothing can call the gate", () => {
  it("let only marked webhooks fail open, until the gate can be called again", () => {
    const world = worldOf();
    goDown(world);
    expect(runOf(world)).toEqual([...BREAK, "unreachable", "failing-open", "failing-open"]);
    expect(policies(world)).toEqual(FAIL_OPEN);
    expect(runOf(world)).toEqual(["try to restore", "unreachable", "failing-open", "failing-open"]);
    comeUp(world);
    expect(runOf(world)).toEqual(["try to restore", "restore", "restore", "nothing-to-do"]);
    expect(policies(world)).toEqual(FAIL_CLOSED);
  });

  it("continue in the next run after a kill between two writes", () => {
    const world = worldOf();
    goDown(world);
    world.step();
    world.step();
    expect(policies(world)).not.toEqual(FAIL_OPEN);
    runOf(world);
    expect(policies(world)).toEqual(FAIL_OPEN);
    comeUp(world);
    world.kill();
    world.step();
    world.step();
    runOf(world);
    expect(policies(world)).toEqual(FAIL_CLOSED);
  });

  it("restore fail closed although break-glass was disabled and this run's own network is down", () => {
    const world = worldOf();
    goDown(world);
    runOf(world);
    comeUp(world);
    world.goal = { ...world.goal, breakGlassAfterMs: undefined };
    world.isBlind = true;
    expect(runOf(world)).toEqual(["try to restore", "restore", "restore", "unreachable"]);
    expect(policies(world)).toEqual(FAIL_CLOSED);
  });

  it("write the goal first, which restores fail closed", () => {
    const world = worldOf();
    comeUp(world, 1);
    expect(runOf(world)).toEqual([...BREAK, "unanchored", "failing-open", "failing-open"]);
    world.pin([0, 1]);
    const said = runOf(world);
    expect(said.filter((kind) => kind === "restore")).toHaveLength(2);
    expect(said.at(-1)).toBe("nothing-to-do");
    expect(policies(world)).toEqual(FAIL_CLOSED);
  });

  it("keep and report a failurePolicy that another writer restored, until the gate can be called", () => {
    const world = worldOf();
    goDown(world);
    runOf(world);
    world.targets = world.targets.map((target) => ({
      ...target,
      hooks: target.hooks.map((hook) => ({ ...hook, failurePolicy: "Fail" as const })),
    }));
    expect(runOf(world)).toEqual(["try to restore", "unreachable", "failing-open", "failing-open"]);
    expect(policies(world)).toEqual(FAIL_CLOSED);
    comeUp(world);
    expect(runOf(world).at(-1)).toBe("nothing-to-do");
    expect(world.targets.map(({ state }) => state.failingOpen)).toEqual([undefined, undefined, undefined]);
  });
});

describe("breakGlass lets no webhook fail open", () => {
  it.each<[what: string, happen: (world: SyncWorld) => void, ends: string]>([
    ["when it is disabled", (world) => Object.assign(world, { goal: worldOf(-1).goal }), "unreachable"],
    [
      "when the API server reaches the gate and this run does not",
      (world) => Object.assign(world, { isBlind: true }),
      "unreachable",
    ],
    [
      "when the API server cannot be asked, for example after a 429",
      (world) => Object.assign(world, { isBlind: true, canary: "unknown" }),
      "unreachable",
    ],
    [
      "when the gate signs with another key",
      (world) => Object.assign(world, { isBlind: true, canary: "failed" }),
      "unreachable",
    ],
    [
      "when this run reaches the gate and the API server does not",
      (world) => Object.assign(world, { canary: "cut-off" }),
      "nothing-to-do",
    ],
  ])("%s", (what, happen, ends) => {
    const world = worldOf();
    happen(world);
    if (what === "when it is disabled") {
      world.goal = { ...world.goal, breakGlassAfterMs: undefined };
      goDown(world);
    }
    expect(runOf(world).at(-1)).toBe(ends);
    expect(policies(world)).toEqual(FAIL_CLOSED);
  });

  it("when this run reaches the gate and the API server does not, although the run is not in step", () => {
    const world = worldOf();
    world.pin([0, 1]);
    world.canary = "cut-off";
    expect(runOf(world)).toEqual(["try-canary", "canary-failed", "canary-failed"]);
    expect(policies(world)).toEqual(FAIL_CLOSED);
  });

  it("when API servers were cut off for less than breakGlassAfter", () => {
    const world = worldOf();
    goDown(world);
    const observation = world.observe();
    const step = nextStep(observation, world.goal);
    if (step.kind !== "try-canary") throw new Error(`not ${step.kind}`);
    world.step();
    const { reachabilityTests = [] } = world.observe();
    const shortTests = reachabilityTests.map((test) => ({ ...test, cutOffForMs: AFTER_MS - 1 }));
    const { canaryTest, ...rest } = world.observe();
    expect(canaryTest).toBeDefined();
    expect(nextStep({ ...rest, canaryTest: undefined, reachabilityTests: shortTests }, world.goal).kind).toBe("report");
  });

  it("of a registration with a fault, or without marks", () => {
    for (const change of [{ fault: "why" }, { hooks: undefined }]) {
      const world = worldOf();
      world.targets = world.targets.map((target) => ({
        ...target,
        ...(change.fault === undefined ? {} : { fault: target.isCanary ? undefined : change.fault }),
        hooks: target.hooks.map(({ mayFailOpen: _, ...hook }) => hook),
      }));
      goDown(world);
      runOf(world);
      expect(policies(world)).toEqual(FAIL_CLOSED);
    }
  });

  it("and reports but keeps Ignore that another writer set", () => {
    const world = worldOf();
    world.targets = world.targets.map((target) => ({
      ...target,
      hooks: target.hooks.map((hook) => (hook.mayFailOpen ? { ...hook, failurePolicy: "Ignore" as const } : hook)),
    }));
    expect(runOf(world)).toEqual(["failing-open", "failing-open"]);
    expect(policies(world)).toEqual(FAIL_OPEN);
  });
});
