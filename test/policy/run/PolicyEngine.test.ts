import { describe, expect, it } from "vitest";
import { annotate, deny, warn } from "../../../src/policy/define/Finding.ts";
import { PolicyEngine } from "../../../src/policy/run/PolicyEngine.ts";
import { expectNoUnhandledRejections, frozenReview, judge, later, testRun, thenable, validator } from "../policyRun.ts";

const review = frozenReview("validate-v1-create-pods-1");
expectNoUnhandledRejections();

const failure = { allowed: false, code: 500, message: "p: the policy failed; the gate's log has the error" };

describe("PolicyEngine", () => {
  it("allows without policies", async () => {
    expect((await judge("validate", review, [])).verdict).toEqual({
      allowed: true,
      patch: [],
      policies: [],
      warnings: [],
      auditAnnotations: {},
    });
  });

  it("reports all findings in the order of the gate, with the code and reason of the first denial", async () => {
    const { verdict } = await judge("validate", review, [
      validator("z", () => later([warn("careful"), deny("first", { code: 422 })], 20)),
      validator("a", () => deny("second", { code: 409, reason: "AlreadyExists" })),
      validator("m", () => [annotate("seen", "yes"), deny("third"), deny("second")]),
      validator("ok", () => undefined),
    ]);
    expect(verdict).toEqual({
      allowed: false,
      message: "z: first\na: second\nm: third\nm: second",
      code: 422,
      reason: "Invalid",
      policies: [
        {
          policy: "z",
          mode: "enforce",
          result: "judged",
          findings: [
            { effect: "warn", message: "careful" },
            { effect: "deny", message: "first" },
          ],
        },
        { policy: "a", mode: "enforce", result: "judged", findings: [{ effect: "deny", message: "second" }] },
        {
          policy: "m",
          mode: "enforce",
          result: "judged",
          findings: [
            { effect: "deny", message: "third" },
            { effect: "deny", message: "second" },
          ],
        },
        { policy: "ok", mode: "enforce", result: "judged", findings: [] },
      ],
      warnings: ["z: careful"],
      auditAnnotations: { "m.seen": "yes", "denied-by": "z,a,m" },
    });
  });

  it.each<[what: string, result: () => unknown]>([
    ["nothing", () => undefined],
    ["null", () => null],
    ["an empty list", () => []],
    ["a promise of nothing", () => later(undefined)],
  ])("allows when a policy returns %s", async (_what, result) => {
    expect((await judge("validate", review, [validator("p", result)])).verdict.allowed).toBe(true);
  });

  it.each<[what: string, result: () => unknown]>([
    ["a list", () => [deny("no")]],
    ["a set", () => new Set([deny("no")])],
    [
      "a generator",
      function* () {
        yield deny("no");
      },
    ],
    ["a promise of a list", () => later([deny("no")])],
    ["a thenable", () => thenable((resolve) => resolve(deny("no")))],
    ["an object literal", () => ({ finding: "deny", message: "no" })],
  ])("denies when a policy returns a denial as %s", async (_what, result) => {
    expect((await judge("validate", review, [validator("p", result)])).verdict).toMatchObject({
      allowed: false,
      message: "p: no",
      code: 403,
      reason: "Forbidden",
    });
  });
});

describe("PolicyEngine denies with the policy's name, hides the error and runs the other policies", () => {
  const getter = (name: string, rest: object = {}) =>
    Object.defineProperty({ ...rest }, name, {
      enumerable: true,
      get: () => {
        throw new Error("s3cret");
      },
    });
  it.each<[what: string, result: () => unknown]>([
    [
      "a throw",
      () => {
        throw new Error("s3cret");
      },
    ],
    [
      "a throw of a string",
      () => {
        throw "s3cret";
      },
    ],
    ["a rejection", () => Promise.reject(new Error("s3cret"))],
    ["true", () => true],
    ["false", () => false],
    ["0", () => 0],
    ["a string", () => "x"],
    ["an object", () => ({ allowed: true })],
    ["an empty object", () => ({})],
    ["a function", () => () => deny("no")],
    ["a list with a number", () => [1]],
    ["a nested list", () => [[deny("no")]]],
    ["a list with a hole", () => new Array(1)],
    ["a list that ends with null", () => [warn("w"), null]],
    ["an unknown finding", () => ({ finding: "allow" })],
    ["a promise of true", () => later(true)],
    ["a promise of a string", () => later("x")],
    [
      "an async generator",
      async function* () {
        yield deny("no");
      },
    ],
    ["a list of promises", () => [later(undefined), later(undefined)]],
    [
      "a list of promises that reject",
      () => [Promise.reject(new Error("s3cret")), Promise.reject(new Error("s3cret"))],
    ],
    [
      "a generator without end",
      function* () {
        for (;;) yield warn("w");
      },
    ],
    [
      "an iterator that throws",
      function* () {
        yield warn("w");
        throw new Error("s3cret");
      },
    ],
    ["a getter that throws", () => getter("finding")],
    ["a message that throws", () => getter("message", { finding: "deny" })],
    ["a then that throws", () => getter("then")],
    ["a denial without a message", () => ({ finding: "deny" })],
    ["a denial whose message is a number", () => ({ finding: "deny", message: 5 })],
    ["a denial whose code allows", () => ({ finding: "deny", message: "no", code: 200 })],
    ["a denial whose code is a string", () => ({ finding: "deny", message: "no", code: "403" })],
    ["a denial whose reason is an object", () => ({ finding: "deny", message: "no", reason: {} })],
    ["a warning whose message is a list", () => ({ finding: "warn", message: ["w"] })],
    ["an annotation without a value", () => ({ finding: "annotate", key: "k" })],
    ["an annotation with an invalid key", () => ({ finding: "annotate", key: "a/b", value: "v" })],
  ])("after %s", async (_what, result) => {
    const { verdict, log } = await judge("validate", review, [
      validator("p", result),
      validator("q", () => warn("still here")),
    ]);
    expect(verdict).toMatchObject({ ...failure, warnings: ["q: still here"], auditAnnotations: { "denied-by": "p" } });
    expect(JSON.stringify(verdict)).not.toContain("s3cret");
    expect(log.error.mock.calls).toEqual([
      ["a policy failed", { policy: "p", cluster: "test", uid: review.uid, error: expect.anything() }],
    ]);
  });

  it("after an error that the log cannot write", async () => {
    const run = testRun(review);
    run.log.error.mockImplementationOnce(() => {
      throw new TypeError("cyclic");
    });
    expect(
      await new PolicyEngine([
        validator("p", () => {
          throw new Error("x");
        }),
      ]).validate(run),
    ).toMatchObject(failure);
    expect(run.log.error).toHaveBeenLastCalledWith("a policy failed with an error that cannot be logged", {
      policy: "p",
      cluster: "test",
      uid: review.uid,
    });
  });
});
