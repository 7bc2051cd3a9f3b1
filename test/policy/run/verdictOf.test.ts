import { describe, expect, it } from "vitest";
import { annotate, deny, type Finding, warn } from "../../../src/policy/define/Finding.ts";
import type { Mode } from "../../../src/policy/define/Mode.ts";
import type { DeadlineFallback } from "../../../src/policy/define/policy.ts";
import type { Outcome } from "../../../src/policy/run/Outcome.ts";
import { verdictOf } from "../../../src/policy/run/verdictOf.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import type { Verdict } from "../../../src/protocol/review/Verdict.ts";
import { frozenReview, testRun, validator } from "../policyRun.ts";

const POD = frozenReview("validate-v1-create-pods-1");
const SECRET = frozenReview("validate-v1-create-secrets-1");
const PATCH = [
  { op: "add", path: "/metadata/labels", value: { a: "s3cret" } },
  { op: "remove", path: "/spec/b" },
] as const;

const policyNamed = (name: string, onDeadline?: DeadlineFallback) => validator(name, () => undefined, onDeadline);
const found = (name: string, ...findings: readonly Finding[]): Outcome => ({
  policy: policyNamed(name),
  result: "findings",
  findings,
});
const withheld = (patch: Extract<Outcome, { result: "withheld" }>["patch"], ...findings: Finding[]): Outcome => ({
  policy: policyNamed("p"),
  result: "withheld",
  findings,
  patch,
});
const missed = (onDeadline: DeadlineFallback): Outcome => ({
  policy: policyNamed("p", onDeadline),
  result: "missed-deadline",
});
const FAILED: Outcome = { policy: policyNamed("p"), result: "failed" };

/** The verdict on outcomes, with all policies in these modes. */
const verdict = (outcomes: readonly Outcome[], modes: Readonly<Record<string, Mode>> = {}, review = POD): Verdict =>
  verdictOf(outcomes, review, testRun(review, { modes }).settings);

const allowed = (more: object = {}): object => ({
  allowed: true,
  patch: [],
  warnings: [],
  auditAnnotations: {},
  ...more,
});
const denied = (message: string, code: number, reason: string): object => ({
  allowed: false,
  message,
  code,
  reason,
  warnings: [],
  auditAnnotations: { "denied-by": "p" },
});

const annotated = (key: string, value: string): object => allowed({ auditAnnotations: { [key]: value } });

const LATE = "policy p missed the deadline";
const ERROR = "policy p failed; the gate's log has the error";
// The tables of modes and of events in src/policy/README.md.
it.each<[what: string, mode: Mode, becomes: string, outcome: Outcome, expected: object]>([
  ["a denial", "enforce", "a denial", found("p", deny("no", { code: 422 })), denied("no", 422, "Invalid")],
  ["a denial", "warn", "a warning", found("p", deny("no")), allowed({ warnings: ["p: no"] })],
  ["a denial", "audit", "an audit annotation", found("p", deny("no")), annotated("p.would-deny", "no")],
  ["a warning", "enforce", "a warning", found("p", warn("w")), allowed({ warnings: ["p: w"] })],
  ["a warning", "warn", "a warning", found("p", warn("w")), allowed({ warnings: ["p: w"] })],
  ["a warning", "audit", "an audit annotation", found("p", warn("w")), annotated("p.would-warn", "w")],
  ["an annotation", "enforce", "an audit annotation", found("p", annotate("k", "v")), annotated("p.k", "v")],
  ["an annotation", "warn", "an audit annotation", found("p", annotate("k", "v")), annotated("p.k", "v")],
  ["an annotation", "audit", "an audit annotation", found("p", annotate("k", "v")), annotated("p.k", "v")],
  ["an error", "enforce", "a denial", FAILED, denied(ERROR, 500, "InternalError")],
  ["an error", "warn", "a warning", FAILED, allowed({ warnings: [`p: ${ERROR}`] })],
  ["an error", "audit", "an audit annotation", FAILED, annotated("p.would-deny", ERROR)],
  ["a missed deadline with onDeadline deny", "enforce", "a denial", missed("deny"), denied(LATE, 504, "Timeout")],
  [
    "a missed deadline with onDeadline deny",
    "warn",
    "a warning",
    missed("deny"),
    allowed({ warnings: [`p: ${LATE}`] }),
  ],
  [
    "a missed deadline with onDeadline deny",
    "audit",
    "an audit annotation",
    missed("deny"),
    annotated("p.would-deny", LATE),
  ],
  [
    "a missed deadline with onDeadline warn",
    "enforce",
    "a warning",
    missed("warn"),
    allowed({ warnings: [`p: ${LATE}`] }),
  ],
  [
    "a missed deadline with onDeadline warn",
    "audit",
    "an audit annotation",
    missed("warn"),
    annotated("p.would-warn", LATE),
  ],
  [
    "a missed deadline with onDeadline allow",
    "enforce",
    "an audit annotation",
    missed("allow"),
    annotated("p.missed-deadline", LATE),
  ],
  [
    "a missed deadline with onDeadline allow",
    "audit",
    "an audit annotation",
    missed("allow"),
    annotated("p.missed-deadline", LATE),
  ],
  [
    "a patch that is not applied",
    "warn",
    "a warning",
    withheld(PATCH),
    allowed({
      warnings: ["p: would patch: add /metadata/labels, remove /spec/b"],
      auditAnnotations: { "p.would-patch": JSON.stringify(PATCH) },
    }),
  ],
  [
    "a patch that is not applied",
    "audit",
    "an audit annotation",
    withheld(PATCH),
    annotated("p.would-patch", JSON.stringify(PATCH)),
  ],
  ["a mutator without a change", "warn", "nothing", withheld([]), allowed()],
  ["the denial of a mutator", "warn", "a warning", withheld([], deny("no")), allowed({ warnings: ["p: no"] })],
  ["a policy without findings", "enforce", "nothing", found("p"), allowed()],
])("verdictOf turns %s in mode %s into %s", (_what, mode, _becomes, outcome, expected) => {
  expect(verdict([outcome], { p: mode })).toEqual(expected);
});

describe("verdictOf with several policies", () => {
  it("allows a review without policies", () => {
    expect(verdict([])).toEqual(allowed());
  });

  it("has the code and reason of the first denial, each message once, and the names of the policies that denied", () => {
    const outcomes = [
      found("z", warn("w"), deny("one", { code: 409, reason: "AlreadyExists" }), deny("two")),
      found("silent", warn("v")),
      found("a", deny("one"), deny("three", { code: 500 }), annotate("k", "v")),
    ];
    expect(verdict(outcomes)).toEqual({
      allowed: false,
      message: "one; two; three",
      code: 409,
      reason: "AlreadyExists",
      warnings: ["z: w", "silent: v"],
      auditAnnotations: { "a.k": "v", "denied-by": "z,a" },
    });
  });

  it("does not name a policy in denied-by whose denial is only a warning", () => {
    expect(verdict([found("a", deny("one")), found("b", deny("two"))], { a: "warn" })).toMatchObject({
      message: "two",
      warnings: ["a: one"],
      auditAnnotations: { "denied-by": "b" },
    });
  });

  it.each([
    ["the patch of the mutators for an allowed review", undefined, PATCH],
    ["no patch for a denied review", deny("no"), undefined],
  ])("has %s", (_, finding, patch) => {
    const outcomes = [found("p", ...(finding === undefined ? [] : [finding]))];
    expect(Reflect.get(verdictOf(outcomes, POD, testRun(POD).settings, PATCH), "patch")).toEqual(patch);
  });
});

describe("verdictOf", () => {
  it("joins the values of several annotations with the same key", () => {
    const outcome = found("p", annotate("k", "one"), annotate("k", "two"), annotate("l", "three"));
    expect(verdict([outcome]).auditAnnotations).toEqual({ "p.k": "one; two", "p.l": "three" });
  });

  it.each<[values: string, what: string, mode: Mode, review: Review]>([
    ["with", "a Pod", "warn", POD],
    ["without", "a Secret", "warn", SECRET],
    ["without", "a Secret", "audit", SECRET],
    [
      "with",
      "a resource named secrets of another group",
      "audit",
      { ...SECRET, resource: { ...SECRET.resource, group: "example.com" } },
    ],
  ])("reports a patch %s the values of %s in mode %s", (values, _what, mode, review) => {
    expect(JSON.stringify(verdict([withheld(PATCH)], { p: mode }, review)).includes("s3cret")).toBe(values === "with");
  });

  it.each<[what: string, message: string, expected: string]>([
    ["keeps a denial of 8,192 characters", "x".repeat(8_192), "x".repeat(8_192)],
    ["cuts a denial after 8,192 characters", "x".repeat(8_193), `${"x".repeat(8_192)}…`],
    ["cuts no character of a denial in half", `${"x".repeat(8_191)}🚀`, `${"x".repeat(8_191)}…`],
    ["replaces the control characters of a denial", "a\u001b[31mb\u0000\u009b", "a\uFFFD[31mb\uFFFD\uFFFD"],
    ["keeps the line breaks and tabs of a denial", "a\n\tb", "a\n\tb"],
  ])("%s", (_, message, expected) => {
    expect(verdict([found("p", deny(message))])).toMatchObject({ message: expected });
  });

  it("cuts all denials together after 8,192 characters", () => {
    const outcomes = [found("a", deny("x".repeat(8_000))), found("b", deny("y".repeat(8_000)))];
    expect(verdict(outcomes)).toMatchObject({ message: `${"x".repeat(8_000)}; ${"y".repeat(190)}…` });
  });

  it.each<[what: string, outcome: Outcome, mode: Mode]>([
    ["a value", found("p", annotate("would-deny", "x".repeat(5_000))), "enforce"],
    ["a denial in mode audit", found("p", deny("x".repeat(5_000))), "audit"],
    [
      "joined values",
      found("p", annotate("would-deny", "x".repeat(3_000)), annotate("would-deny", "x".repeat(3_000))),
      "enforce",
    ],
  ])("cuts the audit annotation of %s to 4,096 characters", (_, outcome, mode) => {
    expect(verdict([outcome], { p: mode }).auditAnnotations["p.would-deny"]).toHaveLength(4_096);
  });
});
