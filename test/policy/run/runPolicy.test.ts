import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { annotate, deny, type Finding, warn } from "../../../src/policy/define/Finding.ts";
import { NotFindingsError, runPolicy } from "../../../src/policy/run/runPolicy.ts";
import { expectNoUnhandledRejections, frozenReview, later, testRun, thenable, validator } from "../policyRun.ts";

const REVIEW = frozenReview("validate-v1-create-pods-1");
const P = validator("p", () => undefined);
const CALL = { policy: "p", cluster: "test", uid: REVIEW.uid };
const NO = deny("no");
const DENIAL = { finding: "deny", message: "no", code: 403, reason: "Forbidden" };

expectNoUnhandledRejections();
// Deadlines and slow policies use these timers.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Runs a call with a deadline, until all its timers have run. */
async function outcomeOf(call: () => unknown, { timeoutMs = 100, isStrict = false } = {}) {
  const run = { ...testRun(REVIEW, { timeoutMs }), isStrict };
  const outcome = runPolicy(P, run, call);
  await vi.runAllTimersAsync();
  return { outcome: await outcome, log: run.log, isAsync: outcome instanceof Promise };
}

function* generator(): Generator<Finding> {
  yield NO;
  yield warn("w");
}
const repeated = (count: number) =>
  function* (): Generator<Finding> {
    for (let index = 0; index < count; index += 1) yield NO;
  };
const throwing = (name: string): object =>
  Object.defineProperty({ finding: "deny" }, name, {
    enumerable: true,
    get: () => {
      throw new Error("a getter");
    },
  });

it.each<[what: string, findings: readonly object[], call: () => unknown]>([
  ["undefined", [], () => undefined],
  ["null", [], () => null],
  ["an empty list", [], () => []],
  ["a finding", [DENIAL], () => NO],
  ["a list of findings", [DENIAL, { finding: "annotate", key: "k", value: "v" }], () => [NO, annotate("k", "v")]],
  ["a set", [DENIAL], () => new Set([NO])],
  ["a generator", [DENIAL, { finding: "warn", message: "w" }], generator],
  [
    "an object literal",
    [{ ...DENIAL, code: 422, reason: "Invalid" }],
    () => ({ finding: "deny", message: "no", code: 422 }),
  ],
  ["a promise of nothing", [], async () => undefined],
  ["a promise of a finding", [DENIAL], () => later(NO)],
  ["a promise of a list", [DENIAL], () => later([NO])],
  ["a thenable", [DENIAL], () => thenable((resolve) => resolve(NO))],
])("runPolicy turns %s into the findings %j", async (_, findings, call) => {
  const { outcome, log } = await outcomeOf(call);
  expect(outcome).toEqual({ policy: P, result: "findings", findings });
  expect([log.warn, log.error].flatMap(({ mock }) => mock.calls)).toEqual([]);
});

it("runPolicy accepts 10,000 findings of a generator", async () => {
  const { outcome } = await outcomeOf(repeated(10_000));
  expect(outcome).toMatchObject({ result: "findings", findings: { length: 10_000 } });
});

it.each<[what: string, error: string, call: () => unknown]>([
  [
    "an error that is thrown",
    "object is missing",
    () => {
      throw new Error("object is missing");
    },
  ],
  ["a rejection", "object is missing", () => Promise.reject(new Error("object is missing"))],
  ["a boolean", "returned a boolean", () => true],
  ["a string", "returned a string", () => "no"],
  ["a function", "returned a function", () => () => NO],
  ["an object without a finding", "object; expected", () => ({ allowed: false })],
  ["a promise of a number", "returned a number", () => later(1)],
  ["a list with a number", "a list that contains a number", () => [NO, 1]],
  ["a list with null", "a list that contains null", () => [null]],
  ["a nested list", "object; expected", () => [[NO]]],
  ["a list of promises", "a list that contains a promise", () => [later(NO), Promise.reject(new Error("late"))]],
  ["10,001 findings", "more than 10000 findings", repeated(10_001)],
  ["a generator without an end", "more than 10000 findings", repeated(Number.POSITIVE_INFINITY)],
  ["a denial without a message", "deny requires a message", () => ({ finding: "deny" })],
  [
    "a denial with the code 200",
    "code 200 is not between 400 and 599",
    () => ({ finding: "deny", message: "m", code: 200 }),
  ],
  ["a warning without a message", "warn requires a message", () => ({ finding: "warn", message: "" })],
  [
    "an annotation with a space in its key",
    "the key is not 1 to 30 letters",
    () => ({ finding: "annotate", key: "a b", value: "" }),
  ],
  ["an unknown finding", "object; expected", () => ({ finding: "allow", message: "m" })],
  ["a finding whose getter throws", "a …", () => throwing("message")],
  ["an object whose property then throws", "a …", () => throwing("then")],
  [
    "an async generator",
    "object; expected",
    async function* () {
      yield NO;
    },
  ],
])("runPolicy counts %s as failed, and logs %j with the call", async (_, message, call) => {
  const { outcome, log } = await outcomeOf(call);
  expect(outcome).toEqual({ policy: P, result: "failed" });
  const error = expect.objectContaining({ message: expect.stringContaining(message) });
  expect(log.error.mock.calls).toEqual([["a policy failed", { ...CALL, error }]]);
});

it("runPolicy logs a NotFindingsError that says what a policy may return", async () => {
  const { log } = await outcomeOf(() => 1);
  const error = log.error.mock.calls[0]?.[1]?.error;
  expect(error).toBeInstanceOf(NotFindingsError);
  expect(error).toMatchObject({
    code: "not-findings",
    message: expect.stringMatching(/expected nothing, .* deny, warn or annotate/),
  });
});

describe("runPolicy", () => {
  it.each<[kind: string, what: string, call: () => unknown]>([
    ["an outcome", "a synchronous policy", () => NO],
    [
      "an outcome",
      "a policy that throws",
      () => {
        throw new Error("x");
      },
    ],
    ["a promise", "an async policy", async () => NO],
  ])("returns %s for %s", async (kind, _, call) => {
    expect((await outcomeOf(call)).isAsync).toBe(kind === "a promise");
  });

  it("counts a policy as failed although its error cannot be logged", async () => {
    const run = testRun(REVIEW);
    run.log.error.mockImplementationOnce(() => {
      throw new TypeError("a cycle");
    });
    expect(runPolicy(P, run, () => 1)).toEqual({ policy: P, result: "failed" });
    expect(run.log.error).toHaveBeenLastCalledWith("a policy failed with an error that cannot be logged", CALL);
  });
});

describe("runPolicy with a deadline of 100 ms", () => {
  const aborted = (run: ReturnType<typeof testRun>) => async (): Promise<never> => {
    const { signal } = run.deadline;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    throw signal.reason;
  };

  it.each<[result: string, what: string, call: () => unknown]>([
    ["findings", "answers after 99 ms", () => later(NO, 99)],
    ["missed-deadline", "answers after 101 ms", () => later(NO, 101)],
    ["missed-deadline", "never answers", () => new Promise(() => undefined)],
    ["missed-deadline", "is a thenable that never answers", () => thenable(() => undefined)],
    ["missed-deadline", "rejects after 101 ms", () => later(undefined, 101).then(() => Promise.reject(new Error("x")))],
    ["failed", "rejects after 99 ms", () => later(undefined, 99).then(() => Promise.reject(new Error("x")))],
  ])("returns the result %s for a policy that %s", async (result, _, call) => {
    const { outcome, log } = await outcomeOf(call);
    expect(outcome.result).toBe(result);
    const warnings = result === "missed-deadline" ? [["a policy missed the deadline", CALL]] : [];
    expect(log.warn.mock.calls).toEqual(warnings);
    expect(log.error).toHaveBeenCalledTimes(result === "failed" ? 1 : 0);
  });

  it("returns the result missed-deadline for a policy that rejects because its signal aborts", async () => {
    const run = testRun(REVIEW, { timeoutMs: 100 });
    const outcome = runPolicy(P, run, aborted(run));
    await vi.runAllTimersAsync();
    expect(await outcome).toEqual({ policy: P, result: "missed-deadline" });
    expect(run.log.error).not.toHaveBeenCalled();
  });

  it("returns the result missed-deadline for a policy that rejects at the same time as the deadline passes", async () => {
    const { outcome, log } = await outcomeOf(() => later(undefined, 100).then(() => Promise.reject(new Error("x"))));
    expect(outcome).toEqual({ policy: P, result: "missed-deadline" });
    expect(log.error).not.toHaveBeenCalled();
    expect(log.warn.mock.calls).toEqual([["a policy missed the deadline", CALL]]);
  });

  const boom = async (): Promise<never> => {
    throw new Error("boom");
  };
  it.each<[what: string, call: () => unknown]>([
    ["resolves after the deadline to promises that reject", () => later([1, 2], 140).then((list) => list.map(boom))],
    ["returns a broken finding before a promise that rejects", () => [{ finding: "deny" }, boom()]],
    ["returns too many promises that reject", () => Array.from({ length: 10_002 }, boom)],
    [
      "generates too many promises that reject",
      function* () {
        for (let index = 0; index < 10_002; index += 1) yield boom();
      },
    ],
    ["returns a Set with a promise that rejects after a broken finding", () => new Set([{ finding: "warn" }, boom()])],
  ])("leaves no unhandled rejection of a policy that %s", async (_, call) => {
    const { outcome } = await outcomeOf(call);
    expect(["failed", "missed-deadline"]).toContain(outcome.result);
  });

  it("returns the findings of a synchronous policy after the deadline", async () => {
    const run = testRun(REVIEW, { timeoutMs: 100 });
    await vi.advanceTimersByTimeAsync(200);
    expect(run.deadline.isPassed).toBe(true);
    expect(runPolicy(P, run, () => NO)).toMatchObject({ result: "findings" });
  });
});

/** A policy that decides by the number of its calls of deny. */
const made = (count: number): Finding[] => Array.from({ length: count }, () => deny("no"));

/** A value that is returned after findings were made. */
const making = (_: readonly Finding[], value: unknown): unknown => value;

describe("runPolicy notices findings that a policy drops", () => {
  const dropped: [what: string, call: () => unknown][] = [
    ["a validator that returns nothing", () => void made(1)],
    ["a validator that returns null", () => making(made(1), null)],
    ["a warning", () => void warn("w")],
    ["two denials", () => void made(2)],
    ["an async validator, before it waits", async () => void made(1)],
    ["an async validator that waits afterwards", () => making(made(1), later(undefined))],
    [
      "a thenable of nothing",
      () =>
        making(
          made(1),
          thenable((resolve) => resolve(undefined)),
        ),
    ],
  ];
  const returned: [what: string, call: () => unknown][] = [
    ["a finding", () => deny("no")],
    ["a list of some", () => made(3).slice(2)],
    ["an empty list", () => made(3).filter(() => false)],
    ["an empty iterable", () => making(made(1), new Set())],
    ["a promise of a list", async () => made(2).slice(2)],
    ["an annotation that is dropped", () => void annotate("k", "v")],
    ["nothing", () => undefined],
  ];

  it.each(dropped)("in a strict run, %s fails", async (_, call) => {
    const { outcome, log } = await outcomeOf(call, { isStrict: true });
    expect(outcome).toEqual({ policy: P, result: "failed" });
    const error = expect.objectContaining({ code: "findings-dropped" });
    expect(log.error.mock.calls).toEqual([["a policy failed", { ...CALL, error }]]);
  });

  it.each(dropped)("in another run, %s is logged", async (_, call) => {
    const { outcome, log } = await outcomeOf(call);
    expect(outcome).toEqual({ policy: P, result: "findings", findings: [] });
    const fault = expect.stringMatching(/^made (a finding|2 findings) and returned nothing; return what/);
    expect(log.warn.mock.calls).toEqual([["a policy dropped its findings", { ...CALL, fault }]]);
  });

  it.each(returned)("but not %s", async (_, call) => {
    for (const isStrict of [false, true]) {
      const { outcome, log } = await outcomeOf(call, { isStrict });
      expect(outcome).toMatchObject({ result: "findings" });
      expect([log.warn, log.error].flatMap(({ mock }) => mock.calls)).toEqual([]);
    }
  });

  it("and blames no other policy for them", async () => {
    const run = { ...testRun(REVIEW), isStrict: true };
    const slow = runPolicy(P, run, async () => {
      await later(undefined, 5);
      return [deny("late")];
    });
    const waiting = runPolicy(P, run, () => later(undefined, 20));
    const between = later(undefined, 10).then(() => runPolicy(P, run, () => undefined));
    await vi.runAllTimersAsync();
    expect(await slow).toMatchObject({ result: "findings", findings: [{ ...DENIAL, message: "late" }] });
    expect([await waiting, await between]).toEqual([
      { policy: P, result: "findings", findings: [] },
      { policy: P, result: "findings", findings: [] },
    ]);
    expect(run.log.error).not.toHaveBeenCalled();
  });
});
