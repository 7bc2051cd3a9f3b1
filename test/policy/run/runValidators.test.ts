import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { deny, type Finding, warn } from "../../../src/policy/define/Finding.ts";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";
import type { PolicyHit } from "../../../src/policy/match/PolicyHit.ts";
import { runValidators } from "../../../src/policy/run/runValidators.ts";
import {
  expectNoUnhandledRejections,
  frozenReview,
  later,
  mutator,
  type RunOptions,
  testRun,
  validator,
} from "../policyRun.ts";

const POD = frozenReview("validate-v1-create-pods-1");
const DEPLOYMENT = frozenReview("validate-v1-create-deployments-1");

expectNoUnhandledRejections();
// Deadlines and slow policies use these timers.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const hit = (one: Policy, order = 0, template: readonly string[] = []): PolicyHit => ({ policy: one, template, order });

/** The outcomes in words, and how long they took. */
async function run(policies: readonly Policy[], options: RunOptions = {}) {
  const startedAt = performance.now();
  const outcomes = runValidators(
    policies.map((one, order) => hit(one, order)),
    testRun(POD, options),
  );
  const ended = outcomes.then(() => performance.now() - startedAt);
  await vi.runAllTimersAsync();
  const words = (await outcomes).map((outcome) => {
    const messages =
      outcome.result === "findings" ? outcome.findings.map((it: Finding) => Reflect.get(it, "message")) : [];
    return `${outcome.policy.name} ${[outcome.result, ...messages].join(" ")}`;
  });
  return { words, afterMs: await ended };
}

const FAST = validator("fast", () => warn("w"));
const SLOW = validator("slow", () => later(deny("no"), 60));
const SLOWER = validator("slower", () => later(undefined, 80));
const NEVER = validator("never", () => new Promise(() => undefined));
const THROWS = validator("throws", () => {
  throw new Error("x");
});
const REJECTS = validator("rejects", () => later(undefined, 10).then(() => Promise.reject(new Error("x"))));
const DENIES = validator("denies", () => deny("no"));

it.each<[outcomes: string, afterMs: number, what: string, policies: readonly Policy[]]>([
  ["", 0, "no validators", []],
  ["fast findings w", 0, "a synchronous validator", [FAST]],
  ["denies findings no, fast findings w", 0, "a validator after a denial", [DENIES, FAST]],
  ["throws failed, fast findings w", 0, "a validator after one that throws", [THROWS, FAST]],
  [
    "slower findings, slow findings no, fast findings w",
    80,
    "async validators, which wait in parallel",
    [SLOWER, SLOW, FAST],
  ],
  ["rejects failed, slow findings no", 60, "a validator next to one that rejects", [REJECTS, SLOW]],
  [
    "never missed-deadline, slow findings no, fast findings w",
    100,
    "validators next to one that misses the deadline",
    [NEVER, SLOW, FAST],
  ],
  ["mutates findings", 0, "a policy without a validator", [mutator("mutates", () => deny("no"))]],
])("runValidators returns [%s] after %i ms for %s", async (outcomes, afterMs, _, policies) => {
  const result = await run(policies, { timeoutMs: 100 });
  expect(result).toEqual({ words: outcomes === "" ? [] : outcomes.split(", "), afterMs });
});

it.each<[kind: string, path: string, what: string, template: readonly string[], review: typeof POD]>([
  ["Pod", "spec", "a Pod", [], POD],
  ["Deployment", "spec", "a Deployment", [], DEPLOYMENT],
  ["Pod", "spec.template.spec", "the Pod template of a Deployment", ["spec", "template"], DEPLOYMENT],
])("runValidators shows a validator a %s with the path %s for %s", async (kind, prefix, _, template, review) => {
  const seen: unknown[] = [];
  const looks = policy({
    name: "looks",
    match: { resources: ["*"], apiGroups: ["*"] },
    validate: ({ object, path }) => {
      seen.push([object?.kind, path("spec")]);
    },
  });
  await runValidators([hit(looks, 0, template)], testRun(review));
  expect(seen).toEqual([[kind, prefix]]);
});

it("runValidators gives each validator its own parameters", async () => {
  const seen: unknown[] = [];
  const reads = (name: string): Policy =>
    policy({
      name,
      match: { resources: ["pods"] },
      validate: ({ params }) => {
        seen.push(params);
      },
    });
  await run([reads("a"), reads("b")], { params: { a: { max: 1 }, b: { max: 2 } } });
  expect(seen).toEqual([{ max: 1 }, { max: 2 }]);
});

it("runValidators counts a validator as failed when the workload has no Pod template", async () => {
  const review = { ...DEPLOYMENT, object: { kind: "Deployment", spec: {} } };
  const environment = testRun(review);
  const outcomes = await runValidators([hit(DENIES, 0, ["spec", "template"]), hit(FAST, 1)], environment);
  expect(outcomes.map(({ result }) => result)).toEqual(["failed", "findings"]);
  expect(environment.log.error.mock.calls[0]?.[1]).toMatchObject({ error: { code: "pod-template-missing" } });
});
