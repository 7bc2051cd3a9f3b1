import { beforeAll, expect, it } from "vitest";
import { endOfPaths } from "../../../src/sync/metrics/endOfPaths.ts";
import { riskModel } from "../../../src/sync/metrics/riskModel.ts";
import { encodeBundle } from "../../../src/trust/bundle.ts";
import type { Certificate } from "../../../src/trust/x509/Certificate.ts";
import { type CrossName, crossSigned } from "../../tls/pair/crossSigned.ts";
import { DAY, NOW } from "../../trust/makeCertificate.ts";
import { makeCas, OLD, SyncWorld } from "../SyncWorld.ts";

const BASE = "https://hook.example";
let named: (name: CrossName) => Certificate;
let world: SyncWorld;
beforeAll(async () => {
  named = await crossSigned();
  world = new SyncWorld(await makeCas(1), { gate: "g", cluster: "prod", url: OLD, soakMs: 1_000 }, [0], [0]);
});

function observe(served: readonly CrossName[], roots: readonly CrossName[], now = NOW) {
  const bundle = encodeBundle(roots.map(named));
  const targets = world.targets.map((target) => ({
    ...target,
    hooks: target.hooks.map((hook) => ({ ...hook, bundle, url: hook.url.replace(OLD, BASE) })),
  }));
  const view = { base: BASE, handshakes: [{ address: "192.0.2.1", chain: served.map(named) }] };
  return { view, observation: { ...world.observe(), now, targets, endpoints: [view] } };
}

it.each<readonly [served: CrossName[], roots: CrossName[], days: number]>([
  [["leaf", "int"], ["x1"], 20],
  [["leaf", "int", "crossEnded"], ["x1"], 20],
  [["leaf", "int", "crossEndsFirst"], ["x1"], 20],
  [["leaf", "int", "crossEndsFirst"], ["old"], 5],
  [["leaf", "int", "x1Ended"], [], 20],
  [["leaf", "intEndsFirst", "int"], ["x1"], 20],
  [["leaf", "intEndsFirst"], ["x1"], 10],
  // Without a path, the leaf counts.
  [["leaf", "int"], ["stranger"], 20],
])("endOfPaths of %j with the bundle %j is in %i days", (served, roots, days) => {
  const { view, observation } = observe(served, roots);
  expect(endOfPaths(view, observation, world.goal)).toBe(NOW + days * DAY);
});

it("endOfPaths is undefined when nothing is served", () => {
  const { view, observation } = observe([], ["x1"]);
  expect(endOfPaths({ ...view, handshakes: [] }, observation, world.goal)).toBeUndefined();
});

it.each<readonly [served: CrossName[], roots: CrossName[], daysLater: number, stale: number]>([
  [["leaf", "int", "crossEndsFirst"], ["old"], 0, 0],
  // The path ends before the next run does.
  [["leaf", "int", "crossEndsFirst"], ["old"], 5, 1],
  [["leaf", "int", "crossEndsFirst"], ["x1"], 5, 0],
  [["leaf", "int", "crossEnded"], ["x1"], 0, 0],
])("riskModel of %j with the bundle %j, %i days later, is stale with %i", (served, roots, daysLater, stale) => {
  const { observation } = observe(served, roots, NOW + daysLater * DAY - 60_000);
  const terms = { intervalMs: 300_000, jitterMs: 60_000, durationMs: 1_000, inFlight: 1, catalogues: [] };
  expect(riskModel(observation, world.goal, terms).stale).toBe(stale);
});
