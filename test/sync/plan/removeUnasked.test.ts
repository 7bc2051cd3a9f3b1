import { beforeAll, describe, expect, it } from "vitest";
import { nextStep } from "../../../src/sync/plan/nextStep.ts";
import { removeUnasked } from "../../../src/sync/plan/removeUnasked.ts";
import type { Step } from "../../../src/sync/plan/Step.ts";
import type { Hook } from "../../../src/sync/target/Hook.ts";
import { stateAnnotations, type TargetState } from "../../../src/sync/target/TargetState.ts";
import { encodeBundle, readableCertificates } from "../../../src/trust/bundle.ts";
import { catalogue } from "../../../src/trust/roots/catalogue.ts";
import { lookalikes, manyRoots } from "../forgedRoots.ts";
import { makeCas, NEW, OLD, SyncWorld, type WorldCa } from "../SyncWorld.ts";
import { PlanBed, type PlanCase, type PlanInput, SOAK_MS, subjectsIn } from "./PlanBed.ts";

let cas: WorldCa[];
let bed: PlanBed;
beforeAll(async () => {
  cas = await makeCas(3);
  bed = new PlanBed(cas);
});

/** CA 0 is pinned and was handed over. CA 1 is in the bundle, and nobody asked for it. */
interface UnaskedCase extends PlanCase {
  /** The CAs that were handed over. `none`: there is no record. Default: CA 0. */
  readonly handedOver?: readonly number[] | "none";
}

function input({ handedOver = [0], ...given }: UnaskedCase): PlanInput {
  const { target, ...rest } = bed.input({ live: [0, 1], ...given });
  const record = handedOver === "none" ? undefined : handedOver.map((ca) => bed.fingerprint(ca));
  return { target: { ...target, handedOver: record }, ...rest };
}

const seen = (agoMs: number): TargetState => ({ unaskedSince: { [bed.fingerprint(1)]: bed.now - agoMs } });
const written = (): TargetState => ({ bundleHash: bed.hash(0, 1), base: OLD });
/** A stranger serves a chain of CA 1 at both addresses. */
const STRANGER = { atOld: [1, 1] } as const;

const FROZEN = { goal: { frozen: { code: "announcement-unavailable", about: "", message: "no answer" } } } as const;
const atTwo = (hooks: readonly Hook[]): readonly Hook[] =>
  hooks.map((hook, index) => (index === 0 ? hook : { ...hook, url: hook.url.replace(OLD, NEW) }));

function inWords(given: UnaskedCase): string {
  const { target, observation, goal } = input(given);
  const result = removeUnasked(target, observation, goal);
  if (!("kind" in result)) return result.findings.map(({ code }) => code).join(", ") || "nothing";
  if (result.kind === "try-canary") return `try-canary ${subjectsIn(encodeBundle(result.roots)).join(" + ")}`;
  if (!("write" in result)) return result.kind;
  return `${result.kind} ${subjectsIn(result.write.hooks[0]?.bundle ?? "").join(" + ")}`;
}

it.each<[plans: string, whose: string, given: () => UnaskedCase]>([
  ["remember root 0 + root 1", "that a stranger uses, for the first time", () => STRANGER],
  ["remember root 0 + root 1", "that nobody uses, for the first time", () => ({})],
  ["remember root 0 + root 1", "that the sync wrote, and a stranger uses", () => ({ ...STRANGER, state: written() })],
  ["nothing", "that the sync wrote, and nobody uses", () => ({ state: written() })],
  ["nothing", "that was handed over, and is used", () => ({ ...STRANGER, handedOver: [0, 1] })],
  ["nothing", "that is pinned", () => ({ ...STRANGER, pins: [0, 1] })],
  ["remember root 0 + root 1", "that is pinned again", () => ({ pins: [0, 1], state: seen(SOAK_MS) })],
  ["unasked-root", "within its soak", () => ({ ...STRANGER, state: seen(SOAK_MS - 1) })],
  ["unasked-root", "within its soak, and forged as written", () => ({ state: { ...written(), ...seen(1) } })],
  ["try-canary root 0", "after its soak", () => ({ ...STRANGER, state: seen(SOAK_MS) })],
  [
    "try-canary root 0",
    "after its soak, while an address is silent",
    () => ({ atOld: [1, "no"], state: seen(SOAK_MS) }),
  ],
  [
    "unasked-root",
    "after its soak, while there is no announcement",
    () => ({ ...STRANGER, ...FROZEN, state: seen(SOAK_MS) }),
  ],
  [
    "unasked-root",
    "that the sync wrote, after a forged soak, while there is no announcement",
    () => ({
      ...STRANGER,
      ...FROZEN,
      state: { ...written(), ...seen(SOAK_MS) },
      test: bed.test([0], { result: "failed" }),
    }),
  ],
  [
    "unasked-root",
    "that nobody uses, after its soak and tested, while there is no announcement",
    () => ({ ...FROZEN, state: seen(SOAK_MS), test: bed.test([0]) }),
  ],
  ["unasked-root", "that somebody else wrote, while there is no announcement", () => ({ ...STRANGER, ...FROZEN })],
  [
    "nothing",
    "that the sync wrote and is used, while there is no announcement",
    () => ({ ...STRANGER, ...FROZEN, state: written() }),
  ],
  ["unasked-root", "in webhooks at two base URLs", () => ({ hooks: atTwo, state: seen(SOAK_MS), test: bed.test([0]) })],
  [
    "unasked-root",
    "that the sync wrote, and a stranger uses at the second of two base URLs",
    () => ({ hooks: atTwo, atNew: [1, 1], state: written() }),
  ],
  ["unasked-root, clock", "after its soak, while clocks differ", () => ({ state: seen(SOAK_MS), skewMs: 60_001 })],
  ["narrow root 0", "that the API server does not need", () => ({ state: seen(SOAK_MS), test: bed.test([0]) })],
  [
    "narrow root 0",
    "that a stranger between the sync and the gate uses",
    () => ({ ...STRANGER, state: seen(SOAK_MS), test: bed.test([0]) }),
  ],
  [
    "narrow root 0",
    "that a stranger between the API server and the gate uses",
    () => ({ ...STRANGER, state: seen(SOAK_MS), test: bed.test([0], { result: "failed" }) }),
  ],
  [
    "unasked-root, canary-unknown",
    "while the API server does not answer",
    () => ({ state: seen(SOAK_MS), test: bed.test([0], { result: "unknown" }) }),
  ],
  [
    "unasked-root, canary-failed",
    "that the API server needs, without a record of the hand-over",
    () => ({ ...STRANGER, handedOver: "none", state: seen(SOAK_MS), test: bed.test([0], { result: "failed" }) }),
  ],
  [
    "narrow root 0",
    "that only a stranger between the sync and the gate uses, without a record of the hand-over",
    () => ({ ...STRANGER, handedOver: "none", state: seen(SOAK_MS), test: bed.test([0]) }),
  ],
  [
    "narrow root 0",
    "that nothing needs, without a record of the hand-over",
    () => ({ handedOver: "none", state: seen(SOAK_MS), test: bed.test([0]) }),
  ],
])("removeUnasked plans %s for a root %s", (plans, _, given) => {
  expect(inWords(given())).toBe(plans);
});

describe("removeUnasked", () => {
  it("knows the roots of all catalogues", () => {
    const { target, observation, goal } = input({ live: [0] });
    const bundle = encodeBundle([...readableCertificates(target.hooks[0]?.bundle ?? ""), ...catalogue("aws")]);
    const hooks = target.hooks.map((hook) => ({ ...hook, bundle }));
    expect(removeUnasked({ ...target, hooks }, observation, goal)).toEqual({ roots: [], findings: [] });
  });

  it("names the root, when it goes and what to do, and removes it without a snapshot", () => {
    const waiting = input({ ...STRANGER, state: seen(1_000) });
    const until = new Date(bed.now - 1_000 + SOAK_MS).toISOString();
    const message = `the bundle has the root root 1 (sha256:${bed.fingerprint(1)}), which neither the config, a catalogue, the announcement nor the hand-over names: the sync removes it from ${until} on, even if a served chain still needs it; if it is intended, add it to trust.roots`;
    expect(removeUnasked(waiting.target, waiting.observation, waiting.goal)).toMatchObject({
      findings: [{ code: "unasked-root", about: "ValidatingWebhookConfiguration/g", message }],
    });
    const due = input({ ...STRANGER, state: { ...written(), ...seen(SOAK_MS) }, test: bed.test([0]) });
    expect(removeUnasked(due.target, due.observation, due.goal)).toMatchObject({
      kind: "narrow",
      write: { state: { bundleHash: bed.hash(0), base: OLD } },
    });
  });
});

it.each<[until: string, given: () => UnaskedCase]>([
  [
    "it stays until the source of what comes next can be followed again (announcement-unavailable); if",
    () => ({ ...FROZEN, state: seen(SOAK_MS) }),
  ],
  ["it stays until all webhooks call one base URL; if", () => ({ hooks: atTwo, state: seen(SOAK_MS) })],
])("removeUnasked says when a root that it must not remove yet goes: %s", (until, given) => {
  const { target, observation, goal } = input(given());
  const result = removeUnasked(target, observation, goal);
  expect("findings" in result ? result.findings[0]?.message : "").toContain(`nor the hand-over names: ${until}`);
});

it.each([
  ["a stranger uses it", 1],
  ["nobody uses it", 0],
])(
  "a root that was added while there is no announcement is reported in each run, and removed a soak after one, when %s",
  (_, served) => {
    const world = new SyncWorld(cas, { gate: "g", cluster: "prod", url: undefined, soakMs: SOAK_MS }, [0], [0]);
    for (const each of world.targets.keys()) world.tamper(each, bed.bundle(0));
    world.targets = world.targets.map((it) =>
      it.isCanary ? it : { ...it, state: { bundleHash: bed.hash(0), base: OLD } },
    );
    for (const [index, { isCanary }] of world.targets.entries()) if (!isCanary) world.tamper(index, bed.bundle(0, 1));
    world.served.set(OLD, [served, served]);
    world.freeze(true);
    const codes = (step: Step): string[] =>
      step.kind === "report" ? [...new Set(step.findings.map(({ code }) => code))].sort() : [step.kind];
    const bundles = (): string[][] =>
      world.targets.flatMap(({ isCanary, hooks }) => (isCanary ? [] : hooks.map(({ bundle }) => subjectsIn(bundle))));
    for (let run = 0; run < 3; run += 1) {
      expect(codes(world.run())).toEqual(["announcement-unavailable", "unasked-root"]);
      expect(bundles()).toEqual(bundles().map(() => ["root 0", "root 1"]));
      world.now += SOAK_MS;
      world.kill();
    }
    world.freeze(false);
    // Its soak starts now.
    expect(codes(world.run())).toEqual(["unasked-root"]);
    world.kill();
    world.now += SOAK_MS;
    world.run();
    expect(bundles()).toEqual(bundles().map(() => ["root 0"]));
  },
);

it("a root that the sync wrote and that is announced survives any forged soak while the announcement is held back", () => {
  const world = new SyncWorld(cas, { gate: "g", cluster: "prod", url: undefined, soakMs: SOAK_MS }, [0, 1], [0]);
  world.run();
  const state = { bundleHash: bed.hash(0, 1), base: OLD, ...seen(9 * SOAK_MS) };
  world.targets = world.targets.map((it) => (it.isCanary ? it : { ...it, state }));
  world.served.set(OLD, [1, 1]);
  // The config pins only root 0. Root 1 was announced.
  world.pin([0]);
  world.freeze(true);
  world.canary = "failed";
  for (let run = 0; run < 3; run += 1) {
    expect(world.run().kind).toBe("report");
    world.kill();
    world.now += SOAK_MS;
  }
  for (const { isCanary, hooks } of world.targets)
    if (!isCanary) for (const { bundle } of hooks) expect(subjectsIn(bundle)).toEqual(["root 0", "root 1"]);
});

it("a root that a stranger put there and uses all the time is reported in each run and removed after the soak", () => {
  const world = new SyncWorld(cas, { gate: "g", cluster: "prod", url: undefined, soakMs: SOAK_MS }, [0], [0]);
  for (const index of world.targets.keys()) world.tamper(index, bed.bundle(0, 1));
  world.served.set(OLD, [1, 1]);
  const codes = (step: Step): string[] =>
    step.kind === "report" ? step.findings.map(({ code }) => code) : [step.kind];
  expect(new Set(codes(world.run()))).toEqual(new Set(["unasked-root"]));
  world.kill();
  world.now += SOAK_MS - 100;
  expect(new Set(codes(world.run()))).toEqual(new Set(["unasked-root"]));
  world.kill();
  world.now += 100;
  const end = world.run();
  for (const target of world.targets.filter(({ isCanary }) => !isCanary))
    for (const { bundle } of target.hooks) expect(subjectsIn(bundle)).toEqual(["root 0"]);
  expect(codes(end)).toEqual(["unanchored"]);
  // The stranger is gone.
  world.served.set(OLD, [0, 0]);
  world.kill();
  expect(world.run().kind).toBe("nothing-to-do");
  expect(nextStep(world.observe(), world.goal).kind).toBe("nothing-to-do");
});

it.each([
  ["keys of their own", false],
  ["one key", true],
])(
  "the next run removes roots that look like the right one, with %s, before the API server has tried it",
  async (_, isOneKey) => {
    const world = new SyncWorld(cas, { gate: "g", cluster: "prod", url: undefined, soakMs: SOAK_MS }, [0], [0]);
    const bundle = `${await lookalikes(bed.root(0).pem, 120, { isOneKey })}${bed.root(0).pem}`;
    for (const index of world.targets.keys()) world.tamper(index, bundle);
    world.run();
    for (const { hooks } of world.targets)
      for (const { bundle } of hooks) expect(bundle.replace(/^#.*\n/, "")).toBe(bed.root(0).pem);
  },
);

it("a bundle full of roots is reported in a few findings, and remembered in a state of at most 40,000 characters", async () => {
  const world = new SyncWorld(cas, { gate: "g", cluster: "prod", url: undefined, soakMs: SOAK_MS }, [0], [0]);
  const bundle = `${await manyRoots(450)}${bed.bundle(0, 1)}`;
  for (const index of world.targets.keys()) world.tamper(index, bundle);
  world.served.set(OLD, [1, 1]);
  const step = world.run();
  const findings = step.kind === "report" ? step.findings : [];
  expect(findings.map(({ code }) => code)).toEqual(findings.map(() => "unasked-root"));
  const targets = world.targets.filter(({ isCanary }) => !isCanary);
  expect(findings).toHaveLength(11 * targets.length);
  // The root that a stranger uses is not hidden among the others.
  expect(findings[0]?.message).toContain("has the root root 1 ");
  expect(findings[10]?.message).toBe("the bundle has 441 more roots of this kind");
  for (const { state } of targets) {
    expect(stateAnnotations(state)["postern.dev/sync-unasked"]?.length).toBeLessThan(40_000);
    expect(state.unaskedSince).toHaveProperty(bed.fingerprint(1));
  }
  for (let soaks = 0; soaks < 2; soaks += 1) {
    world.kill();
    world.now += SOAK_MS;
    world.run();
  }
  for (const { hooks, isCanary } of world.targets)
    if (!isCanary) for (const hook of hooks) expect(subjectsIn(hook.bundle)).toEqual(["root 0"]);
});
