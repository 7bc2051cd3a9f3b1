import { beforeAll, describe, expect, it } from "vitest";
import { askCanary, canaryFinding, lastTest, requireCanary } from "../../../src/sync/plan/askCanary.ts";
import type { CanaryTest, Observation } from "../../../src/sync/plan/Observation.ts";
import { makeCas, NEW, OLD } from "../SyncWorld.ts";
import { asConversion, PlanBed } from "./PlanBed.ts";

let bed: PlanBed;
beforeAll(async () => {
  bed = new PlanBed(await makeCas(2));
});

const observed = (canaryTest: CanaryTest | undefined, conversionTest?: CanaryTest): Observation => ({
  ...bed.input({}).observation,
  canaryTest,
  conversionTest,
});

describe("askCanary for CA 0 and CA 1 at a base URL", () => {
  const question = (endedAfter?: number) => ({
    purpose: "webhooks" as const,
    roots: [bed.root(0), bed.root(1)],
    base: OLD,
    reason: "roots are missing",
    ...(endedAfter === undefined ? {} : { after: endedAfter }),
  });

  it.each<[what: string, test: () => CanaryTest, endedAfter?: () => number]>([
    ["of these roots", () => bed.test([0, 1])],
    ["of these roots in another order", () => bed.test([1, 0])],
    ["that failed", () => bed.test([0, 1], { result: "failed" })],
    ["without a result", () => bed.test([0, 1], { result: "unknown" })],
    ["that ended after the given time", () => bed.test([0, 1], { at: bed.now }), () => bed.now - 1],
  ])("returns the run's last test %s", (_, test, endedAfter) => {
    expect(askCanary(observed(test()), question(endedAfter?.()))).toEqual(test());
  });

  it.each<[what: string, test: () => CanaryTest | undefined, endedAfter?: () => number]>([
    ["no test was made in this run", () => undefined],
    ["the last test was of fewer roots", () => bed.test([0])],
    ["the last test was at another base URL", () => bed.test([0, 1], { base: NEW })],
    ["the last test ended before the given time", () => bed.test([0, 1], { at: bed.now - 2 }), () => bed.now - 1],
    ["the last test ended at the given time", () => bed.test([0, 1], { at: bed.now - 1 }), () => bed.now - 1],
  ])("plans a test when %s", (_, test, endedAfter) => {
    const { purpose, roots, base, reason } = question();
    const step = { kind: "try-canary", purpose, roots, base, reason };
    expect(askCanary(observed(test()), question(endedAfter?.()))).toEqual(step);
  });

  it.each([
    ["conversions", "webhooks"],
    ["webhooks", "conversions"],
  ] as const)("plans a test for %s when only the canary for %s was tested", (purpose, _) => {
    const test = bed.test([0, 1]);
    const other = purpose === "conversions" ? observed(test) : observed(undefined, test);
    expect(askCanary(other, { ...question(), purpose })).toMatchObject({ kind: "try-canary", purpose });
  });
});

it.each([
  ["webhooks", "a"],
  ["conversions", "b"],
] as const)("lastTest returns the last test for %s only", (purpose, message) => {
  const observation = observed(bed.test([0], { message: "a" }), bed.test([0], { message: "b" }));
  expect(lastTest(observation, purpose)?.message).toBe(message);
});

describe("requireCanary", () => {
  const about = "ValidatingWebhookConfiguration/g";
  const asked = () => ({ roots: [bed.root(0)], base: OLD, reason: "why" });

  it.each<[what: string, test: () => CanaryTest | undefined, expected: object | undefined]>([
    ["allows the write after a passed test", () => bed.test([0]), undefined],
    [
      "returns canary-failed with the message of a failed test",
      () => bed.test([0], { result: "failed", message: "403" }),
      { findings: [{ code: "canary-failed", about, message: "403" }] },
    ],
    [
      "returns canary-unknown with the message of a test without a result",
      () => bed.test([0], { result: "unknown", message: "429" }),
      { findings: [{ code: "canary-unknown", about, message: "429" }] },
    ],
    [
      "plans a test that names the target when there is none",
      () => undefined,
      { kind: "try-canary", purpose: "webhooks", base: OLD, reason: `${about}: why` },
    ],
    [
      "plans a test when the last one was of other roots",
      () => bed.test([1]),
      { kind: "try-canary", purpose: "webhooks", base: OLD },
    ],
  ])("%s", (_, test, expected) => {
    const { target, observation } = bed.input({});
    const step = requireCanary(target, { ...observation, canaryTest: test() }, asked());
    if (expected === undefined) expect(step).toBeUndefined();
    else expect(step).toMatchObject(expected);
  });

  it("plans a test for conversions when the target is a CustomResourceDefinition", () => {
    const { target, observation } = asConversion(bed.input({ test: bed.test([0]) }));
    expect(requireCanary(target, observation, asked())).toMatchObject({
      kind: "try-canary",
      purpose: "conversions",
      reason: "CustomResourceDefinition/gateways.example.com: why",
    });
  });
});

it.each([
  ["failed", "canary-failed"],
  ["unknown", "canary-unknown"],
] as const)("canaryFinding turns the result %s into the code %s", (result, code) => {
  const { target } = bed.input({});
  expect(canaryFinding(target, bed.test([0], { result, message: "m" }))).toEqual({
    code,
    about: "ValidatingWebhookConfiguration/g",
    message: "m",
  });
});
