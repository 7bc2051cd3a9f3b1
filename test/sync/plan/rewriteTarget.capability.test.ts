import { beforeAll, expect, it } from "vitest";
import { splitGateUrl } from "../../../src/protocol/gateUrl.ts";
import type { SyncGoal } from "../../../src/sync/goal/SyncConfig.ts";
import { rewriteTarget } from "../../../src/sync/plan/rewriteTarget.ts";
import { writtenBase } from "../../../src/sync/target/writtenBase.ts";
import { madeCapability } from "../capability/madeCapability.ts";
import { makeCas, NEW, OLD } from "../SyncWorld.ts";
import { PlanBed, type PlanCase } from "./PlanBed.ts";

const HOUR_MS = 3_600_000;
const FROZEN = { code: "announcement-unavailable", about: "", message: "no answer" } as const;
let bed: PlanBed;
beforeAll(async () => {
  bed = new PlanBed(await makeCas(2));
});

const to = (token: string | undefined, goal: Partial<SyncGoal> = {}): Partial<SyncGoal> => ({
  ...goal,
  capability: { token, graceMs: 0 },
});
const at =
  (base: string, cas: readonly number[] = [0]) =>
  () =>
    bed.hooks(cas, base);
/** The first webhook at one base URL, the second at another. */
const apart = (first: string, second: string) => () => [
  ...bed.hooks([0], first).slice(0, 1),
  ...bed.hooks([0], second).slice(1),
];

/** A planned step: its kind, its CAs and base URL, and the reason of a write. Nothing of it has another capability. */
function plan(given: PlanCase): string {
  const { target, observation, goal } = bed.input(given);
  const step = rewriteTarget(target, observation, goal);
  if (step === undefined) return "nothing";
  if ("findings" in step) return step.findings.map(({ code, message }) => `${code}: ${message}`).join() || "no finding";
  if (!("kind" in step)) return "notes";
  if (step.kind === "try-canary") return `try-canary at ${step.base}: ${step.reason.split(": ")[1]}`;
  if (!("write" in step)) return step.kind;
  const bases = new Set(step.write.hooks.map(({ url }) => splitGateUrl(url, "prod")?.base));
  return `${step.kind} at ${[...bases].join()}: ${step.reason}`;
}

it.each<[plan: string, whose: string, given: () => PlanCase]>([
  ["nothing", "with the wanted one", () => ({ hooks: at(`${OLD}/k/a`), goal: to("a") })],
  ["nothing", "with one, and none is configured", () => ({ hooks: at(`${OLD}/k/a`) })],
  ["nothing", "with one, and none was fetched", () => ({ hooks: at(`${OLD}/k/a`), goal: to(undefined) })],
  [
    `try-canary at ${OLD}/k/b: the capability in the URL changes`,
    "with another one",
    () => ({ hooks: at(`${OLD}/k/a`), goal: to("b") }),
  ],
  [
    `switch-url at ${OLD}/k/b: the capability in the URL changes`,
    "with another one, after a passed test",
    () => ({ hooks: at(`${OLD}/k/a`), goal: to("b"), test: bed.test([0], { base: `${OLD}/k/b` }) }),
  ],
  [
    `try-canary at ${OLD}/k/b: the capability in the URL changes`,
    "with another one, after a test of the present one",
    () => ({ hooks: at(`${OLD}/k/a`), goal: to("b"), test: bed.test([0], { base: `${OLD}/k/a` }) }),
  ],
  [
    `switch-url at ${OLD}/k/b: the capability in the URL changes`,
    "without one",
    () => ({ goal: to("b"), test: bed.test([0], { base: `${OLD}/k/b` }) }),
  ],
  [
    `switch-url at ${OLD}/k/b: the capability in the URL changes`,
    "with two, while the source of what comes next is not known",
    () => ({
      hooks: apart(`${OLD}/k/a`, `${OLD}/k/b`),
      goal: to("b", { frozen: FROZEN }),
      test: bed.test([0], { base: `${OLD}/k/b` }),
    }),
  ],
  [
    `not-the-gates: has webhooks at ${OLD} and at ${NEW}: not written; set url in the config to one of them`,
    "at two base URLs",
    () => ({ hooks: apart(`${OLD}/k/a`, `${NEW}/k/a`), goal: to("b") }),
  ],
  [
    `switch-url at ${NEW}/k/b: the URL of the gate changes to ${NEW}, and the capability in the URL changes`,
    "with another one at another URL",
    () => ({
      hooks: at(`${OLD}/k/a`),
      goal: to("b", { url: NEW }),
      test: bed.test([0], { base: `${NEW}/k/b` }),
    }),
  ],
  [
    `switch-url at ${NEW}/k/a: the URL of the gate changes to ${NEW}`,
    "at another URL, and none is configured",
    () => ({ hooks: at(`${OLD}/k/a`), goal: { url: NEW }, test: bed.test([0], { base: `${NEW}/k/a` }) }),
  ],
  [
    `widen at ${OLD}/k/b: roots are missing: root 1, and the capability in the URL changes`,
    "that lacks a root and is at another URL: the old place with the new capability comes first",
    () => ({
      pins: [0, 1],
      hooks: at(`${OLD}/k/a`),
      goal: to("b", { url: NEW }),
      test: bed.test([0, 1], { base: `${OLD}/k/b` }),
    }),
  ],
])("rewriteTarget plans %s for a target %s", (planned, _, given) => {
  expect(plan(given())).toBe(planned);
});

it.each<[planned: RegExp, what: string, base: () => string]>([
  [/^fight: /, "a valid capability", () => `${OLD}/k/${madeCapability({ issuedMs: bed.now - HOUR_MS })}`],
  [/^try-canary at /, "an ended capability", () => `${OLD}/k/${madeCapability({ issuedMs: bed.now - 25 * HOUR_MS })}`],
  [/^try-canary at /, "no capability", () => OLD],
])("rewriteTarget plans %s when another writer writes %s again and again", (planned, _, base) => {
  const state = {
    bundleHash: bed.hash(0),
    base: writtenBase(`${OLD}/k/b`),
    since: bed.now - HOUR_MS,
    reverted: { times: 2, since: bed.now - HOUR_MS },
  };
  expect(plan({ hooks: at(base()), goal: to("b"), state })).toMatch(planned);
});
