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
import type { Log } from "../../src/telemetry/Log.ts";
import { readReview } from "../fixtures/readReview.ts";

/** A captured review, decoded, every part of it frozen: what changes it throws. */
export function frozenReview(name: string, changes: Partial<Review> = {}): Review {
  const decoded = decodeAdmissionReview(JSON.parse(readReview(name)));
  if (!decoded.ok) throw new Error(decoded.fault.path);
  return deepFreeze({ ...decoded.value, ...changes });
}

export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}

/** What a test decides about a run. Every policy is enforced unless `modes` says otherwise. */
export interface RunOptions {
  readonly modes?: Readonly<Record<string, Mode>>;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly milliseconds?: number;
}

export interface TestRun extends PolicyRun {
  readonly log: { readonly [Level in keyof Log]: Mock<Log[Level]> };
}

export function testRun(review: Review, { modes = {}, params = {}, milliseconds = 5000 }: RunOptions = {}): TestRun {
  return {
    review,
    settings: { cluster: "test", modeOf: (name) => modes[name] ?? "enforce", paramsOf: (name) => params[name] ?? {} },
    deadline: new Deadline(milliseconds, () => performance.now()),
    log: { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() },
  };
}

/** A verdict and what the log was told on the way. */
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

/** A validator on Pods that does, without regard to types, what a policy written in JavaScript may do. */
export function validator(name: string, validate: () => unknown, onDeadline: DeadlineFallback = "deny"): Policy {
  return policy({ name, match: { resources: ["pods"] }, validate: validate as () => Findings, onDeadline });
}

export type Draft = Record<string, unknown>;

/** What matches every CREATE and UPDATE. */
export const everything = { apiGroups: ["*"], resources: ["*/*"] } as const;

/** A mutator of everything, as free as {@link validator}. */
export function mutator(name: string, mutate: (draft: Draft) => unknown): Policy {
  return policy({ name, match: everything, mutate: mutate as unknown as () => Findings });
}

/** Something to await that is no promise. */
export function thenable(then: (resolve: (value: unknown) => void) => void): unknown {
  return { then };
}

export function later<T>(value: T, milliseconds = 1): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, value));
}

/** Makes the tests of a file fail that leave a rejection behind which nobody handles: it would end a Node process. */
export function expectNoUnhandledRejections(): void {
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => {
    rejections.push(reason);
  };
  beforeEach(() => {
    process.on("unhandledRejection", note);
  });
  afterEach(async () => {
    // Node tells of them once no microtask is left.
    await setImmediate();
    process.off("unhandledRejection", note);
    expect(rejections.splice(0)).toEqual([]);
  });
}
