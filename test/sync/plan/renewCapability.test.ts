import { beforeAll, expect, it } from "vitest";
import type { SyncGoal } from "../../../src/sync/goal/SyncConfig.ts";
import type { Observation } from "../../../src/sync/plan/Observation.ts";
import { renewCapability } from "../../../src/sync/plan/renewCapability.ts";
import { madeCapability } from "../capability/madeCapability.ts";
import { makeCas, OLD } from "../SyncWorld.ts";
import { PlanBed } from "./PlanBed.ts";

const HOUR_MS = 3_600_000;
let bed: PlanBed;

beforeAll(async () => {
  bed = new PlanBed(await makeCas(1));
});

/** The plan for a capability that was issued some hours ago and lives for a day; `none`, or `unset` in the config. */
function plan(issued: number | "none" | "unset", more: Partial<Observation> = {}): unknown {
  const token = typeof issued === "number" ? issuedAgo(issued) : undefined;
  const capability = issued === "unset" ? undefined : { token, graceMs: 0 };
  const { observation, goal } = bed.input({});
  const planned: SyncGoal = { ...goal, capability };
  return renewCapability({ ...observation, capability: { isAsked: false, isRefused: false }, ...more }, planned);
}

const issuedAgo = (hours: number): string => madeCapability({ issuedMs: bed.now - hours * HOUR_MS });
const refusedAt = (base: string): Partial<Observation> => ({
  canaryTest: bed.test([0], { base, result: "failed", isRefused: true }),
});
const ENDS = expect.stringMatching(/^the present one ends at \d{4}-/);
const REFUSED = "the gate refuses the present one";

it.each<[what: string, plan: () => unknown, reason: unknown]>([
  ["no capability in the config", () => plan("unset"), undefined],
  ["none in the URLs", () => plan("none"), "the URLs have no capability"],
  ["a young one", () => plan(1), undefined],
  ["one just before half of its life", () => plan(11.9), undefined],
  ["one after five eighths of its life", () => plan(15), ENDS],
  ["one in its grace", () => plan(30), ENDS],
  ["an old one, and one was asked for", () => plan(30, { capability: { isAsked: true, isRefused: true } }), undefined],
  ["a young one that is refused", () => plan(1, { capability: { isAsked: false, isRefused: true } }), REFUSED],
  ["a young one that a canary shows refused", () => plan(1, refusedAt(`${OLD}/k/${issuedAgo(1)}`)), REFUSED],
  ["a young one, and a canary with another", () => plan(1, refusedAt(`${OLD}/k/${issuedAgo(2)}`)), undefined],
  ["a young one, and a canary without one", () => plan(1, refusedAt(OLD)), undefined],
])("renewCapability with %s", (_, planned, reason) => {
  expect(planned()).toEqual(reason === undefined ? undefined : { kind: "renew-capability", reason });
});
