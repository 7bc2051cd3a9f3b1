import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, type Mock, vi } from "vitest";
import type { Mode } from "../../src/policy/define/Mode.ts";
import { type DeadlineFallback, type Findings, type Policy, policy } from "../../src/policy/define/policy.ts";
import { Deadline } from "../../src/policy/run/Deadline.ts";
import { PolicyEngine } from "../../src/policy/run/PolicyEngine.ts";
import type { PolicyRun } from "../../src/policy/run/runPolicy.ts";
import { decodeAdmissionReview } from "../../src/protocol/review/decodeAdmissionReview.ts";
import type { Review } from "../../src/protocol/review/Review.ts";
import type { Verdict } from "../../src/protocol/review/Verdict.ts";
import type { Log, LogLevel } from "../../src/telemetry/Log.ts";
import { readReview } from "../fixtures/readReview.ts";

/** Decodes a captured review and freezes all of it, so that a change throws. */
export function frozenReview(name: string, changes: Partial<Review> = {}): Review {
  const decoded = decodeAdmissionReview(JSON.parse(readReview(name)));
  if (!decoded.ok) throw new Error(decoded.fault.path);
  return deepFreeze({ ...decoded.value, ...changes });
}

/** Freezes a value recursively and returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}

/** Options of a run. The default mode of every policy is `enforce`. */
export interface RunOptions {
  readonly modes?: Readonly<Record<string, Mode>>;
  readonly params?: Readonly<Record<string, unknown>>;
  /** Default: 5,000. */
  readonly timeoutMs?: number;
}

/** A run with a log that records its calls. */
export interface TestRun extends PolicyRun {
  readonly log: { readonly [Level in LogLevel]: Mock<Log[Level]> };
}

/** Makes a run for a review. */
export function testRun(review: Review, { modes = {}, params = {}, timeoutMs = 5000 }: RunOptions = {}): TestRun {
  return {
    review,
    settings: { cluster: "test", modeOf: (name) => modes[name] ?? "enforce", paramsOf: (name) => params[name] ?? {} },
    deadline: new Deadline(timeoutMs, () => performance.now()),
    log: { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() },
  };
}

/** Runs policies on a review. Returns the verdict and the log. */
export async function judge(
  purpose: "validate" | "mutate",
  review: Review,
  policies: readonly Policy[],
  options: RunOptions = {},
): Promise<{ verdict: Verdict; log: TestRun["log"] }> {
  const run = testRun(review, options);
  const verdict = await new PolicyEngine(policies)[purpose](run);
  run.deadline.dispose();
  return { verdict, log: run.log };
}

/** A validator on Pods without type checks, like a policy written in JavaScript. */
export function validator(name: string, validate: () => unknown, onDeadline: DeadlineFallback = "deny"): Policy {
  return policy({ name, match: { resources: ["pods"] }, validate: validate as () => Findings, onDeadline });
}

/** The draft of a mutator without type checks. */
export type Draft = Record<string, unknown>;

/** A match for every CREATE and UPDATE. */
export const everything = { apiGroups: ["*"], resources: ["*/*"] } as const;

/** A mutator of all resources without type checks. */
export function mutator(name: string, mutate: (draft: Draft) => unknown): Policy {
  return policy({ name, match: everything, mutate: mutate as unknown as () => Findings });
}

/** An object with a `then` method that is not a promise. */
export function thenable(then: (resolve: (value: unknown) => void) => void): unknown {
  return { then };
}

/** Resolves to a value after some time. */
export function later<T>(value: T, delayMs = 1): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, delayMs, value));
}

/** Makes each test of a file fail that causes an unhandled rejection: it would end a Node process. */
export function expectNoUnhandledRejections(): void {
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => {
    rejections.push(reason);
  };
  beforeEach(() => {
    process.on("unhandledRejection", note);
  });
  afterEach(async () => {
    // Node emits the event after all microtasks.
    await setImmediate();
    process.off("unhandledRejection", note);
    expect(rejections.splice(0)).toEqual([]);
  });
}
