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
// The review's clock and its timers go by these.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A verdict, with the time at which it was there. */
interface Judged {
  readonly verdict: Verdict;
  readonly log: TestRun["log"];
  readonly after: number;
}

/** Judges with a deadline, until all that the policies wait for has come. Times are in milliseconds. */
async function judgeBy(milliseconds: number, policies: readonly Policy[]): Promise<Judged> {
  const start = performance.now();
  const judged = judge("validate", review, policies, { milliseconds }).then((it) => ({
    ...it,
    after: performance.now() - start,
  }));
  await vi.runAllTimersAsync();
  return judged;
}

describe("the deadline", () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  it.each<[fallback: DeadlineFallback | undefined, verdict: object]>([
    [undefined, { allowed: false, code: 504, reason: "Timeout", message: "policy p missed the deadline" }],
    ["deny", { allowed: false, code: 504, reason: "Timeout", message: "policy p missed the deadline" }],
    ["warn", { allowed: true, warnings: ["p: policy p missed the deadline"] }],
    [
      "allow",
      { allowed: true, warnings: [], auditAnnotations: { "p.missed-deadline": "policy p missed the deadline" } },
    ],
  ])("fallback %s", async (fallback, expected) => {
    for (const wait of [never, () => thenable(() => undefined)]) {
      const { verdict, log, after } = await judgeBy(15, [validator("p", wait, fallback)]);
      expect([verdict, after]).toMatchObject([expected, 15]);
      expect(log.warn).toHaveBeenCalledTimes(1);
    }
  });

  it("is shared: async policies wait side by side, and one that is late keeps no other's word back", async () => {
    const slow = ["a", "b", "c", "d"].map((name) => validator(name, () => later(warn("done"), 60)));
    const { verdict, after } = await judgeBy(120, [
      ...slow,
      validator("late", never),
      validator("no", () => deny("no")),
    ]);
    expect(after).toBe(120);
    expect(verdict).toMatchObject({
      allowed: false,
      message: "policy late missed the deadline; no",
      warnings: ["a: done", "b: done", "c: done", "d: done"],
    });
  });

  it("is not waited for where every policy has answered", async () => {
    const slow = ["a", "b"].map((name) => validator(name, () => later(warn("done"), 60)));
    expect(await judgeBy(120, slow)).toMatchObject({ after: 60, verdict: { warnings: ["a: done", "b: done"] } });
  });

  it("aborts ctx.deadline, and a policy that rejects for it is late and not failed", async () => {
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

  it("is missed by a policy that answers because its signal aborts, which else would allow", async () => {
    const gaveUp = policy({
      name: "p",
      match: { resources: ["pods"] },
      validate: ({ deadline }) => new Promise<void>((resolve) => deadline.addEventListener("abort", () => resolve())),
    });
    expect((await judgeBy(15, [gaveUp])).verdict).toMatchObject({ code: 504 });
  });

  it("leaves a late rejection behind without a trace", async () => {
    let isRejected = false;
    const late = validator("p", async () => {
      await later(undefined, 25);
      isRejected = true;
      throw new Error("too late");
    });
    expect(await judgeBy(10, [late])).toMatchObject({ after: 10, verdict: { allowed: false, code: 504 } });
    expect(isRejected).toBe(true);
  });

  it("does not concern policies that answer at once", async () => {
    const { verdict } = await judgeBy(0, [validator("p", () => warn("w"))]);
    expect(verdict).toMatchObject({ allowed: true, warnings: ["p: w"] });
  });
});
