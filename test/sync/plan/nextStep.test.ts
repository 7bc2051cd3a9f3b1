import { beforeAll, describe, expect, it } from "vitest";
import type { SyncGoal } from "../../../src/sync/goal/SyncConfig.ts";
import { nextStep } from "../../../src/sync/plan/nextStep.ts";
import type { Observation } from "../../../src/sync/plan/Observation.ts";
import type { Step } from "../../../src/sync/plan/Step.ts";
import { encodeBundle, readableCertificates } from "../../../src/trust/bundle.ts";
import { CONVERSION_CANARY, makeCas, NEW, OLD, SyncWorld, type WorldCa } from "../SyncWorld.ts";

const SOAK = 1_000;
const [BASE, URL_CHANGES] = [{ gate: "g", cluster: "prod", url: undefined, soakMs: SOAK }, NEW];

let cas: WorldCa[];
beforeAll(async () => {
  cas = await makeCas(4);
});

/** A world in which CA 0 is served and trusted. */
const worldOf = (pins: readonly number[], more: Partial<SyncGoal> = {}): SyncWorld =>
  new SyncWorld(cas, { ...BASE, ...more }, pins, [0]);

/** The kinds of steps of a whole run. Time does not pass. */
function kindsOf(world: SyncWorld): string[] {
  const kinds: string[] = [];
  for (let step: Step | undefined; kinds.length < 60; ) {
    world.now += 1;
    step = world.step();
    kinds.push(step.kind === "report" ? step.findings.map(({ code }) => code).join() : step.kind);
    if (["nothing-to-do", "soak", "report", "refuse"].includes(step.kind)) return kinds;
  }
  throw new Error("the run does not end");
}

describe("nextStep in a run", () => {
  const written = (kind: string): string[] => [kind, "try-canary", "confirm"];

  it("has nothing to do when everything is in step", () => {
    expect(kindsOf(worldOf([0]))).toEqual(["nothing-to-do"]);
  });

  it("adds wanted roots to one target after the other, each after a canary test", () => {
    const steps = ["try-canary", ...written("widen"), ...written("widen"), "nothing-to-do"];
    expect(kindsOf(worldOf([0, 1]))).toEqual(steps);
  });

  it("remembers since when a root is unused, waits for the soak, and removes it", () => {
    const world = worldOf([0, 1]);
    kindsOf(world);
    world.pin([1]);
    for (const base of [OLD, NEW]) world.served.set(base, [1]);
    expect(kindsOf(world)).toEqual(["remember", "remember", "soak"]);
    world.now += SOAK / 2;
    expect(kindsOf(world)).toEqual(["soak"]);
    world.now += SOAK;
    expect(kindsOf(world)).toEqual(["try-canary", ...written("narrow"), ...written("narrow"), "nothing-to-do"]);
  });

  it("restarts the soak when the root is seen again at one address", () => {
    const world = worldOf([0, 1]);
    kindsOf(world);
    world.pin([1]);
    world.served.set(OLD, [1, 1]);
    expect(kindsOf(world).at(-1)).toBe("soak");
    world.now += SOAK / 2;
    world.served.set(OLD, [1, 0]);
    expect(kindsOf(world)).toEqual(["remember", "remember", "nothing-to-do"]);
    world.now += SOAK;
    world.served.set(OLD, [1, 1]);
    expect(kindsOf(world)).toEqual(["remember", "remember", "soak"]);
  });

  it.each([
    ["ahead of", -3_600_000],
    ["behind", 3_600_000],
  ])("measures no soak and removes no root while its clock is %s the API server's", (way, skewMs) => {
    const world = worldOf([0, 1]);
    kindsOf(world);
    world.pin([1]);
    for (const base of [OLD, NEW]) world.served.set(base, [1]);
    const report = { kind: "report", findings: [{ code: "clock", message: expect.stringContaining(` ${way} `) }] };
    const skewed = (): Step => nextStep({ ...world.observe(), skewMs }, world.goal);
    expect(skewed()).toMatchObject(report);
    kindsOf(world);
    world.now += 2 * SOAK;
    expect(skewed()).toMatchObject(report);
    expect(kindsOf(world)).toContain("narrow");
  });

  it("removes no root while an address is silent", () => {
    const world = worldOf([0, 1]);
    kindsOf(world);
    world.pin([1]);
    world.served.set(OLD, [1]);
    kindsOf(world);
    world.now += 2 * SOAK;
    world.served.set(OLD, [1, "connection refused"]);
    expect(kindsOf(world)).toEqual(["address-silent"]);
  });

  it("adds roots before it changes the URL", () => {
    const world = worldOf([0, 1], { url: URL_CHANGES });
    world.served.set(NEW, [1]);
    const each = [...written("widen"), "try-canary", ...written("switch-url")];
    expect(kindsOf(world)).toEqual(["try-canary", ...each, "try-canary", ...each, "nothing-to-do"]);
  });

  it("changes roots and URL in one write when the old endpoint does not answer", () => {
    const world = worldOf([0, 1], { url: URL_CHANGES });
    world.served.set(OLD, ["connection refused"]);
    world.served.set(NEW, [1]);
    const steps = ["try-canary", ...written("switch-url"), ...written("switch-url"), "nothing-to-do"];
    expect(kindsOf(world)).toEqual(steps);
  });

  it("does not write a registration with webhooks at two base URLs until the goal has a URL", () => {
    const world = worldOf([0]);
    world.targets = world.targets.map((target) => ({
      ...target,
      hooks: target.hooks.map((hook) => (hook.name === "hook-1" ? { ...hook, url: hook.url.replace(OLD, NEW) } : hook)),
    }));
    expect(world.targets.flatMap(({ hooks }) => hooks).filter(({ url }) => url.startsWith(NEW)).length).toBe(1);
    expect(kindsOf(world)).toEqual(["not-the-gates"]);
    world.goal = { ...world.goal, url: NEW };
    expect(kindsOf(world).at(-1)).toBe("nothing-to-do");
  });

  it("stops at a chain of an unwanted CA at one address", () => {
    const world = worldOf([0, 1]);
    world.served.set(OLD, [0, 0, 3]);
    expect(world.step()).toMatchObject({ kind: "report", findings: [{ code: "unanchored", about: OLD }] });
  });

  it("widens targets at one endpoint although another endpoint fails", () => {
    const world = worldOf([0, 1]);
    world.goal = { ...world.goal, url: undefined };
    world.move(2, NEW);
    world.served.set(NEW, [3]);
    const last = world.run();
    expect(last).toMatchObject({ kind: "report", findings: [{ code: "unanchored", about: NEW }] });
    expect(world.targets.map(({ hooks }) => readableCertificates(hooks[0]?.bundle ?? "").length)).toEqual([2, 2, 1]);
  });

  it("stops at an endpoint that does not answer", () => {
    const world = worldOf([0, 1]);
    world.served.set(OLD, ["connection refused", "timed out"]);
    expect(world.step()).toMatchObject({ kind: "report", findings: [{ code: "unreachable" }] });
  });

  it("writes only the canary when the API server cannot be asked", () => {
    const world = worldOf([0, 1]);
    world.canary = "unknown";
    expect(kindsOf(world)).toEqual(["try-canary", "canary-unknown,canary-unknown"]);
  });

  it("continues after a kill and confirms first", () => {
    const world = worldOf([0, 1]);
    for (const kind of ["try-canary", "widen"]) expect(world.step().kind).toBe(kind);
    world.kill();
    expect(kindsOf(world).slice(0, 2)).toEqual(["try-canary", "confirm"]);
  });

  it("writes the snapshot back when the new URL stops answering", () => {
    const world = worldOf([0], { url: URL_CHANGES });
    for (const kind of ["try-canary", "switch-url"]) expect(world.step().kind).toBe(kind);
    world.kill();
    world.served.set(NEW, ["connection refused"]);
    expect(world.step().kind).toBe("rollback");
    expect(world.targets.find(({ kind }) => kind === "MutatingWebhookConfiguration")).toMatchObject({
      hooks: [{ url: `${OLD}/c/prod/mutate/a` }],
    });
  });

  it("writes the snapshot back when the canary test fails after the write", () => {
    const world = worldOf([0, 1]);
    for (const kind of ["try-canary", "widen"]) expect(world.step().kind).toBe(kind);
    world.canary = "failed";
    for (const kind of ["try-canary", "rollback"]) {
      world.now += 1;
      expect(world.step().kind).toBe(kind);
    }
  });

  it("does not roll back when the API server cannot be asked", () => {
    const world = worldOf([0, 1]);
    for (const kind of ["try-canary", "widen"]) expect(world.step().kind).toBe(kind);
    world.canary = "unknown";
    expect(kindsOf(world)).toEqual(["try-canary", "canary-unknown,canary-unknown"]);
  });

  it("does not roll back to a snapshot that would not be accepted either", () => {
    const world = worldOf([0, 1]);
    for (const kind of ["try-canary", "widen"]) expect(world.step().kind).toBe(kind);
    world.kill();
    world.served.set(OLD, ["connection refused"]);
    expect(world.run()).toMatchObject({
      kind: "report",
      findings: [{ code: "unreachable" }, { code: "cannot-roll-back" }],
    });
  });

  it("corrects a change by another writer once, and reports a fight at the second change", () => {
    const world = worldOf([0, 1]);
    kindsOf(world);
    world.tamper(2, "nonsense");
    expect(kindsOf(world)).toContain("widen");
    world.tamper(2, cas[0]?.root.pem ?? "");
    expect(kindsOf(world)).toEqual(["fight"]);
    world.now += 2 * 3_600_000;
    expect(kindsOf(world)).toContain("widen");
  });
});

describe("nextStep with conversions", () => {
  const withConversions = (pins: readonly number[]): SyncWorld =>
    new SyncWorld(cas, BASE, pins, [0], { conversions: true });
  const tried = (world: SyncWorld): string[] => {
    const log: string[] = [];
    for (let count = 0; count < 60; count += 1) {
      world.now += 1;
      const step = world.step();
      if (step.kind === "try-canary") log.push(`try ${step.purpose}`);
      else if ("write" in step) log.push(`${step.kind} ${step.write.target.kind}`);
      else return log;
    }
    throw new Error("the run does not end");
  };

  it("tests conversions and webhooks on separate canaries", () => {
    const written = (kind: string, purpose: string): string[] => [`widen ${kind}`, `try ${purpose}`, `confirm ${kind}`];
    expect(tried(withConversions([0, 1]))).toEqual([
      "try conversions",
      ...written("CustomResourceDefinition", "conversions"),
      "try webhooks",
      ...written("MutatingWebhookConfiguration", "webhooks"),
      ...written("ValidatingWebhookConfiguration", "webhooks"),
    ]);
  });

  it.each([
    ["is not handed to the sync", (world: SyncWorld) => world.targets.filter(({ name }) => name !== CONVERSION_CANARY)],
    [
      "has a fault",
      (world: SyncWorld) =>
        world.targets.map((target) => (target.name === CONVERSION_CANARY ? { ...target, fault: "why" } : target)),
    ],
  ])("writes webhooks but not conversions when the canary for conversions %s", (_, without) => {
    const world = withConversions([0, 1]);
    world.targets = without(world);
    expect(tried(world)).not.toContain("try conversions");
    const about = "CustomResourceDefinition/gateways.example.com";
    expect(world.step()).toMatchObject({ kind: "report", findings: [{ code: "no-canary", about }] });
    const both = encodeBundle([world.rootOf(0), world.rootOf(1)]);
    for (const { kind, hooks } of world.targets.filter(({ isCanary }) => !isCanary))
      expect(hooks[0]?.bundle === both).toBe(kind !== "CustomResourceDefinition");
  });

  it("brings the canary for conversions in step although no definition has to be written", () => {
    const world = withConversions([0]);
    world.tamper(3, encodeBundle([world.rootOf(1)]));
    expect(tried(world)).toEqual(["try conversions"]);
    expect(world.step()).toMatchObject({ kind: "nothing-to-do" });
  });
});

describe("nextStep without a writable target", () => {
  const change = (change: (observation: Observation) => Partial<Observation>): Step => {
    const observation = worldOf([0, 1]).observe();
    return nextStep({ ...observation, ...change(observation) }, worldOf([0, 1]).goal);
  };

  it.each([
    ["no-targets", ({ targets }: Observation) => ({ targets: targets.filter(({ isCanary }) => isCanary) })],
    ["no-canary", ({ targets }: Observation) => ({ targets: targets.filter(({ isCanary }) => !isCanary) })],
  ])("refuses the whole run with %s", (code, without) => {
    expect(change(without)).toMatchObject({ kind: "refuse", finding: { code } });
  });

  it.each([
    [
      "target-fault",
      ({ targets }: Observation) => ({ targets: targets.map((it) => (it.isCanary ? it : { ...it, fault: "why" })) }),
    ],
    [
      "changed-in-between",
      ({ targets }: Observation) => ({
        conflicts: new Map(targets.map(({ kind, name }) => [`${kind}/${name}`, "why"])),
      }),
    ],
    [
      "not-the-gates",
      ({ targets }: Observation) => ({
        targets: targets.map((it) => ({
          ...it,
          hooks: it.hooks.map((hook) => ({ ...hook, url: `${OLD}/c/other/validate` })),
        })),
      }),
    ],
  ])("reports each target with %s", (code, without) => {
    const step = change(without);
    expect(step).toMatchObject({ kind: "report", findings: [{ code }, { code }] });
  });

  it("keeps the readable certificates of a bundle with other content", () => {
    const world = worldOf([0, 1]);
    world.tamper(
      2,
      `garbage\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${encodeBundle([world.rootOf(0)])}`,
    );
    expect(world.run()).toMatchObject({ kind: "nothing-to-do" });
    expect(world.targets[2]?.hooks[0]?.bundle).toBe(encodeBundle([world.rootOf(0), world.rootOf(1)]));
  });
});

describe("nextStep with a frozen goal", () => {
  const FROZEN = "announcement-unavailable";

  it("changes no URL, removes no root and writes nothing", () => {
    const world = worldOf([0, 1]);
    kindsOf(world);
    world.pin([1]);
    for (const base of [OLD, NEW]) world.served.set(base, [1]);
    world.freeze(true);
    const { writes } = world;
    expect(kindsOf(world)).toEqual([FROZEN]);
    world.now += 2 * SOAK;
    expect(kindsOf(world)).toEqual([FROZEN]);
    expect(world.writes).toBe(writes);
    world.freeze(false);
    // The soak starts now. While the goal was frozen, the root may have been announced.
    expect(kindsOf(world).at(-1)).toBe("soak");
  });

  it("keeps a root that was unused for the soak, and restarts the soak when the root is seen", () => {
    const world = worldOf([0, 1]);
    kindsOf(world);
    world.pin([1]);
    for (const base of [OLD, NEW]) world.served.set(base, [1]);
    expect(kindsOf(world).at(-1)).toBe("soak");
    world.freeze(true);
    world.now += 2 * SOAK;
    expect(kindsOf(world)).toEqual([FROZEN]);
    for (const base of [OLD, NEW]) world.served.set(base, [0]);
    expect(kindsOf(world)).toEqual(["remember", "remember", FROZEN]);
    for (const base of [OLD, NEW]) world.served.set(base, [1]);
    world.freeze(false);
    expect(kindsOf(world).at(-1)).toBe("soak");
  });

  it("adds the roots of the config and confirms earlier writes", () => {
    const world = worldOf([0, 1]);
    world.freeze(true);
    const kinds = kindsOf(world);
    expect(kinds.filter((kind) => kind === "widen").length).toBe(2);
    expect(kinds.filter((kind) => kind === "confirm").length).toBe(2);
    expect(kinds.at(-1)).toBe(FROZEN);
  });

  it("rolls back a write that is not accepted", () => {
    const world = worldOf([0, 1]);
    expect([world.step(), world.step()].map(({ kind }) => kind)).toEqual(["try-canary", "widen"]);
    world.freeze(true);
    world.kill();
    world.now += 1;
    world.canary = "failed";
    const kinds: string[] = [];
    for (let count = 0; count < 5 && kinds.at(-1) !== "rollback"; count += 1) kinds.push(world.step().kind);
    expect(kinds).toEqual(["try-canary", "rollback"]);
  });

  it("does not write a registration with webhooks at two base URLs", () => {
    const world = worldOf([0]);
    world.freeze(true);
    const observation = world.observe();
    const targets = observation.targets.map((target) => ({
      ...target,
      hooks: target.hooks.map((hook, index) => (index === 0 ? hook : { ...hook, url: hook.url.replace(OLD, NEW) })),
    }));
    const step = nextStep({ ...observation, targets }, world.goal);
    expect(step).toMatchObject({ kind: "report", findings: [{ code: FROZEN }] });
  });

  it("reports a rejected endpoint in addition", () => {
    const world = worldOf([0]);
    world.served.set(OLD, [3]);
    world.freeze(true);
    expect(kindsOf(world)).toEqual([`unanchored,${FROZEN}`]);
  });
});

describe("nextStep with an announcement", () => {
  const mark = (seq: number): Partial<SyncGoal> => ({ announced: { seq, hash: `sha256:${"a".repeat(64)}` } });
  const marks = (world: SyncWorld): unknown[] =>
    world.targets.filter(({ isCanary }) => !isCanary).map(({ state }) => state.announcement?.seq);

  it("remembers it once on each target", () => {
    const world = worldOf([0], mark(7));
    expect(kindsOf(world)).toEqual(["remember", "remember", "nothing-to-do"]);
    expect(marks(world)).toEqual([7, 7]);
    expect(kindsOf(world)).toEqual(["nothing-to-do"]);
  });

  it("remembers it in the write that it causes", () => {
    const world = worldOf([0, 1], { ...mark(8), url: NEW });
    const kinds = kindsOf(world);
    expect(kinds).not.toContain("remember");
    expect(marks(world)).toEqual([8, 8]);
  });

  it("remembers it through a rollback", () => {
    const world = worldOf([0, 1], mark(8));
    expect([world.step(), world.step()].map(({ kind }) => kind)).toEqual(["try-canary", "widen"]);
    world.kill();
    world.now += 1;
    world.canary = "failed";
    const kinds: string[] = [];
    for (let count = 0; count < 5 && kinds.at(-1) !== "rollback"; count += 1) kinds.push(world.step().kind);
    expect(kinds.at(-1)).toBe("rollback");
    expect(marks(world)).toContain(8);
  });

  it("remembers it through later writes, and after announcements end", () => {
    const world = worldOf([0, 1], mark(9));
    kindsOf(world);
    const { announced: _, ...rest } = world.goal;
    world.goal = rest;
    world.pin([0]);
    kindsOf(world);
    world.now += 2 * SOAK;
    expect(kindsOf(world)).toContain("narrow");
    expect(marks(world)).toEqual([9, 9]);
  });
});
