import { describe, expect, it } from "vitest";
import { deny, warn } from "../../src/policy/Finding.ts";
import { type DeadlineFallback, policy } from "../../src/policy/policy.ts";
import { expectNoUnhandledRejections, frozenReview, judge, later, thenable, validator } from "./policyRun.ts";

const review = frozenReview("validate-v1-create-pods-1");
expectNoUnhandledRejections();

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
      const { verdict, log } = await judge("validate", review, [validator("p", wait, fallback)], { milliseconds: 15 });
      expect(verdict).toMatchObject(expected);
      expect(log.warn).toHaveBeenCalledTimes(1);
    }
  });

  it("is shared: async policies wait side by side, and one that is late keeps no other's word back", async () => {
    const started = performance.now();
    const slow = ["a", "b", "c", "d"].map((name) => validator(name, () => later(warn("done"), 60)));
    const { verdict } = await judge(
      "validate",
      review,
      [...slow, validator("late", never), validator("no", () => deny("no"))],
      { milliseconds: 120 },
    );
    expect(performance.now() - started).toBeLessThan(220);
    expect(verdict).toMatchObject({
      allowed: false,
      message: "policy late missed the deadline; no",
      warnings: ["a: done", "b: done", "c: done", "d: done"],
    });
  });

  it("aborts ctx.deadline, and a policy that rejects for it is late and not failed", async () => {
    const abortable = policy({
      name: "p",
      match: { resources: ["pods"] },
      onDeadline: "allow",
      validate: ({ deadline }) =>
        new Promise<void>((_resolve, reject) => deadline.addEventListener("abort", () => reject(deadline.reason))),
    });
    const { verdict, log } = await judge("validate", review, [abortable], { milliseconds: 15 });
    expect(verdict).toMatchObject({ allowed: true, auditAnnotations: { "p.missed-deadline": expect.any(String) } });
    expect(log.error).not.toHaveBeenCalled();
  });

  it("is missed by a policy that answers because its signal aborts, which else would allow", async () => {
    const gaveUp = policy({
      name: "p",
      match: { resources: ["pods"] },
      validate: ({ deadline }) => new Promise<void>((resolve) => deadline.addEventListener("abort", () => resolve())),
    });
    expect((await judge("validate", review, [gaveUp], { milliseconds: 15 })).verdict).toMatchObject({ code: 504 });
  });

  it("leaves a late rejection behind without a trace", async () => {
    const late = validator("p", async () => {
      await later(undefined, 25);
      throw new Error("too late");
    });
    expect((await judge("validate", review, [late], { milliseconds: 10 })).verdict).toMatchObject({
      allowed: false,
      code: 504,
    });
    await later(undefined, 30);
  });

  it("does not concern policies that answer at once", async () => {
    expect(
      (await judge("validate", review, [validator("p", () => warn("w"))], { milliseconds: 0 })).verdict,
    ).toMatchObject({ allowed: true, warnings: ["p: w"] });
  });
});
