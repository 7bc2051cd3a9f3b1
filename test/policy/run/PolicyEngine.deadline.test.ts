import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deny, warn } from "../../../src/policy/define/Finding.ts";
import { type DeadlineFallback, type Policy, policy } from "../../../src/policy/define/policy.ts";
import type { Verdict } from "../../../src/protocol/review/Verdict.ts";
import {
  expectNoUnhandledRejections,
  frozenReview,
  judge,
  later,
  type TestRun,
  thenable,
  validator,
} from "../policyRun.ts";

const review = frozenReview("validate-v1-create-pods-1");
expectNoUnhandledRejections();
// The clock and the timers of the review are fake.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A verdict and the time until it. */
interface Judged {
  readonly verdict: Verdict;
  readonly log: TestRun["log"];
  readonly afterMs: number;
}

/** Runs policies with a deadline, until all their timers have run. */
async function judgeBy(timeoutMs: number, policies: readonly Policy[]): Promise<Judged> {
  const start = performance.now();
  const judged = judge("validate", review, policies, { timeoutMs }).then((it) => ({
    ...it,
    afterMs: performance.now() - start,
  }));
  await vi.runAllTimersAsync();
  return judged;
}

describe("PolicyEngine with a deadline", () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  it.each<[fallback: DeadlineFallback | undefined, verdict: object]>([
    [undefined, { allowed: false, code: 504, reason: "Timeout", message: "p: the policy missed the deadline" }],
    ["deny", { allowed: false, code: 504, reason: "Timeout", message: "p: the policy missed the deadline" }],
    ["warn", { allowed: true, warnings: ["p: the policy missed the deadline"] }],
    [
      "allow",
      { allowed: true, warnings: [], auditAnnotations: { "p.missed-deadline": "the policy missed the deadline" } },
    ],
  ])("applies the fallback %s to a policy that does not answer", async (fallback, expected) => {
    for (const wait of [never, () => thenable(() => undefined)]) {
      const { verdict, log, afterMs } = await judgeBy(15, [validator("p", wait, fallback)]);
      expect([verdict, afterMs]).toMatchObject([expected, 15]);
      expect(log.warn).toHaveBeenCalledTimes(1);
    }
  });

  it("runs async policies in parallel, and reports all findings when one policy misses the deadline", async () => {
    const slow = ["a", "b", "c", "d"].map((name) => validator(name, () => later(warn("done"), 60)));
    const { verdict, afterMs } = await judgeBy(120, [
      ...slow,
      validator("late", never),
      validator("no", () => deny("no")),
    ]);
    expect(afterMs).toBe(120);
    expect(verdict).toMatchObject({
      allowed: false,
      message: "late: the policy missed the deadline\nno: no",
      warnings: ["a: done", "b: done", "c: done", "d: done"],
    });
  });

  it("answers before the deadline when all policies have answered", async () => {
    const slow = ["a", "b"].map((name) => validator(name, () => later(warn("done"), 60)));
    expect(await judgeBy(120, slow)).toMatchObject({ afterMs: 60, verdict: { warnings: ["a: done", "b: done"] } });
  });

  it("aborts ctx.deadline, and counts a policy that rejects because of it as late, not failed", async () => {
    const abortable = policy({
      name: "p",
      match: { resources: ["pods"] },
      onDeadline: "allow",
      validate: ({ deadline }) =>
        new Promise<void>((_resolve, reject) => deadline.addEventListener("abort", () => reject(deadline.reason))),
    });
    const { verdict, log } = await judgeBy(15, [abortable]);
    expect(verdict).toMatchObject({ allowed: true, auditAnnotations: { "p.missed-deadline": expect.any(String) } });
    expect(log.error).not.toHaveBeenCalled();
  });

  it("counts a policy as late that returns because its signal aborts", async () => {
    const gaveUp = policy({
      name: "p",
      match: { resources: ["pods"] },
      validate: ({ deadline }) => new Promise<void>((resolve) => deadline.addEventListener("abort", () => resolve())),
    });
    expect((await judgeBy(15, [gaveUp])).verdict).toMatchObject({ code: 504 });
  });

  it("ignores a rejection after the deadline", async () => {
    let isRejected = false;
    const late = validator("p", async () => {
      await later(undefined, 25);
      isRejected = true;
      throw new Error("too late");
    });
    expect(await judgeBy(10, [late])).toMatchObject({ afterMs: 10, verdict: { allowed: false, code: 504 } });
    expect(isRejected).toBe(true);
  });

  it("accepts synchronous policies after the deadline", async () => {
    const { verdict } = await judgeBy(0, [validator("p", () => warn("w"))]);
    expect(verdict).toMatchObject({ allowed: true, warnings: ["p: w"] });
  });
});
