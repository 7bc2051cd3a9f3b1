import { beforeAll, describe, expect, it } from "vitest";
import { type RiskTerms, riskModel } from "../../../src/sync/metrics/riskModel.ts";
import type { Observation } from "../../../src/sync/plan/Observation.ts";
import { type CatalogueName, rootCatalogues } from "../../../src/trust/roots/catalogue.ts";
import { makeCas, NEW, OLD, SyncWorld, type WorldCa } from "../SyncWorld.ts";

const TERMS: RiskTerms = {
  intervalMs: 300_000,
  jitterMs: 60_000,
  durationMs: 2_000,
  inFlight: 0.2,
  catalogues: [],
};

let cas: WorldCa[];
beforeAll(async () => {
  cas = await makeCas(2);
});

const world = (live: readonly number[]): SyncWorld =>
  new SyncWorld(cas, { gate: "g", cluster: "prod", url: OLD, soakMs: 1_000 }, live, live);

const riskOf = (it: SyncWorld, terms: Partial<RiskTerms> = {}, change: Partial<Observation> = {}) =>
  riskModel({ ...it.observe(), ...change }, it.goal, { ...TERMS, ...terms });

describe("riskModel.seconds and riskModel.inFlight", () => {
  it.each([
    { what: "with interval, jitter, duration and load", terms: {}, seconds: 362, inFlight: 0.2 },
    { what: "without jitter", terms: { jitterMs: 0 }, seconds: 302, inFlight: 0.2 },
    { what: "with another load", terms: { inFlight: 2 }, seconds: 362, inFlight: 2 },
    { what: "with an unknown load", terms: { inFlight: undefined }, seconds: 362, inFlight: undefined },
  ])("follow from the terms $what", ({ terms, seconds, inFlight }) => {
    expect(riskOf(world([0]), terms)).toMatchObject({ seconds, inFlight });
  });
});

describe("riskModel.stale", () => {
  it("is 1 when the bundle in force rejects the served chain", () => {
    const it = world([0]);
    it.served.set(OLD, [1]);
    expect(riskOf(it)).toEqual({ stale: 1, seconds: 362, inFlight: 0.2, risk: 362 * 0.2 });
  });

  it("is 1 when the chain of one of several addresses is rejected", () => {
    const it = world([0]);
    it.served.set(OLD, [0, 1]);
    expect(riskOf(it).stale).toBe(1);
  });

  it.each(["widening", "switching", "narrowing"] as const)("is 1 while %s is unconfirmed", (phase) => {
    const it = world([0]);
    const targets = it.targets.map((target) => ({ ...target, state: { phase } }));
    expect(riskOf(it, {}, { targets }).stale).toBe(1);
  });

  it.each([
    ["of another CA", (it: SyncWorld) => it.rootOf(1).pem],
    ["without certificates", () => "nonsense"],
  ])("is 1 when the bundle of one of several webhooks is %s", (_, bundle) => {
    const it = world([0]);
    const targets = it.targets.map((target) => {
      const [first, ...others] = target.hooks;
      const changed = first === undefined || others.length === 0 ? [] : [{ ...first, bundle: bundle(it) }];
      return { ...target, hooks: [...changed, ...(changed.length === 0 ? target.hooks : others)] };
    });
    expect(riskOf(it, {}, { targets }).stale).toBe(1);
  });

  it("is undefined when one of several endpoints does not answer, unless another is stale", () => {
    const it = world([0]);
    it.served.set(NEW, ["no answer"]);
    const targets = it.targets.map((target) => {
      const isElsewhere = target.kind === "MutatingWebhookConfiguration";
      const hooks = target.hooks.map((hook) => ({ ...hook, url: hook.url.replace(OLD, NEW) }));
      return isElsewhere ? { ...target, hooks } : target;
    });
    expect(riskOf(it, {}, { targets }).stale).toBeUndefined();
    it.served.set(OLD, [1]);
    expect(riskOf(it, {}, { targets }).stale).toBe(1);
  });

  it("is 0 for a private CA, which renews below the pinned root", () => {
    expect(riskOf(world([0]))).toMatchObject({ stale: 0, risk: 0 });
  });

  it.each<{ named: CatalogueName[] }>([{ named: ["aws"] }, { named: ["letsencrypt", "aws"] }])(
    "is the probability of a renewal when the bundle has none of the roots of $named",
    ({ named }) => {
      const { stale = 0 } = riskOf(world([0]), { catalogues: named });
      const [leaf] = cas[0]?.chains.get(OLD) ?? [];
      const lifetime = ((leaf?.notAfter.getTime() ?? 0) - (leaf?.notBefore.getTime() ?? 0)) / 1000;
      expect(stale).toBeCloseTo(Math.min(1, 362 / ((lifetime * 2) / 3)), 10);
      expect(stale).toBeGreaterThan(0);
      expect(named.every((name) => rootCatalogues[name].length > 0)).toBe(true);
    },
  );

  it("grows with the interval, up to 1", () => {
    const at = (intervalMs: number): number => riskOf(world([0]), { intervalMs, catalogues: ["aws"] }).stale ?? -1;
    expect(at(600_000)).toBeGreaterThan(at(300_000));
    expect(at(10 ** 12)).toBe(1);
  });

  it.each([
    { what: "no endpoint answers", change: (it: SyncWorld) => it.served.set(OLD, ["no answer"]) },
    { what: "system trust is in force", change: (it: SyncWorld) => [1, 2].map((at) => it.tamper(at, "")) },
  ])("is undefined, as is the risk, when $what", ({ change }) => {
    const it = world([0]);
    change(it);
    expect(riskOf(it)).toMatchObject({ stale: undefined, risk: undefined });
  });

  it("ignores endpoints that no registration calls", () => {
    const it = world([0]);
    it.served.set(NEW, [1]);
    expect(riskOf(it).stale).toBe(0);
  });
});
