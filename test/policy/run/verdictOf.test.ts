import { describe, expect, it } from "vitest";
import { annotate, deny, type Finding, warn } from "../../../src/policy/define/Finding.ts";
import type { Mode } from "../../../src/policy/define/Mode.ts";
import type { Outcome } from "../../../src/policy/run/Outcome.ts";
import { verdictOf } from "../../../src/policy/run/verdictOf.ts";
import type { FindingEffect, PolicyVerdict } from "../../../src/protocol/review/Verdict.ts";
import { frozenReview, testRun } from "../policyRun.ts";
import { FAILED, found, missed, OTHER_VERSION, PATCH, verdictFrom, withheld } from "./verdictFrom.ts";

const UPDATE = frozenReview("validate-v1-update-pods-1");
const NO = deny("no");

const allowed = (more: object = {}): object => ({
  allowed: true,
  patch: [],
  warnings: [],
  auditAnnotations: {},
  ...more,
});
const warned = (...warnings: readonly string[]): object => allowed({ warnings });
const annotated = (key: string, value: string): object => allowed({ auditAnnotations: { [key]: value } });
const denied = (message: string, code: number, reason: string): object => ({
  allowed: false,
  message,
  code,
  reason,
  warnings: [],
  auditAnnotations: { "denied-by": "p" },
});

type Said = Pick<PolicyVerdict, "result" | "findings">;
/** What the verdict has of the policy, with the effect and the message of its only finding. */
const said = (result: PolicyVerdict["result"], effect?: FindingEffect, message = ""): Said => ({
  result,
  findings: effect === undefined ? [] : [{ effect, message }],
});
const judged = (effect?: FindingEffect, message?: string): Said => said("judged", effect, message);

const LATE = "the policy missed the deadline";
const late = (effect?: FindingEffect): Said => said("missed-deadline", effect, LATE);
const LATE_DENIAL = "a missed deadline with onDeadline deny";
const LATE_WARNING = "a missed deadline with onDeadline warn";
const LATE_NOTE = "a missed deadline with onDeadline allow";
const ERROR = "the policy failed; the gate's log has the error";
const VERSION =
  "the policy judges pods in v7 or v8, and the request came as v1; render the registration again and apply it";
const version = (effect: FindingEffect): Said => said("other-version", effect, VERSION);
const WHERE = "add /metadata/labels, remove /spec/b";
const REPORT = { "p.would-patch": JSON.stringify(PATCH) };
const OLD = deny("old");
const existed = {
  warnings: ["p: not denied, because the object had this before: old"],
  auditAnnotations: { "p.existing": "old" },
};

// The tables of modes and of events in src/policy/README.md.
it.each<[what: string, mode: Mode, becomes: string, outcome: Outcome, expected: object, says: Said]>([
  ["a denial", "enforce", "a denial", found("p", NO), denied("p: no", 403, "Forbidden"), judged("deny", "no")],
  ["a denial", "warn", "a warning", found("p", NO), warned("p: no"), judged("warn", "no")],
  ["a denial", "audit", "an annotation", found("p", NO), annotated("p.would-deny", "no"), judged("would-deny", "no")],
  ["an existing denial", "enforce", "a warning", found("p", OLD), allowed(existed), judged("existing", "old")],
  ["an existing denial", "warn", "a warning", found("p", OLD), warned("p: old"), judged("warn", "old")],
  [
    "an existing denial",
    "audit",
    "an annotation",
    found("p", OLD),
    annotated("p.would-deny", "old"),
    judged("would-deny", "old"),
  ],
  ["a warning", "enforce", "a warning", found("p", warn("w")), warned("p: w"), judged("warn", "w")],
  ["a warning", "warn", "a warning", found("p", warn("w")), warned("p: w"), judged("warn", "w")],
  [
    "a warning",
    "audit",
    "an annotation",
    found("p", warn("w")),
    annotated("p.would-warn", "w"),
    judged("would-warn", "w"),
  ],
  ["an annotation", "enforce", "an annotation", found("p", annotate("k", "v")), annotated("p.k", "v"), judged()],
  ["an annotation", "warn", "an annotation", found("p", annotate("k", "v")), annotated("p.k", "v"), judged()],
  ["an annotation", "audit", "an annotation", found("p", annotate("k", "v")), annotated("p.k", "v"), judged()],
  [
    "an error",
    "enforce",
    "a denial",
    FAILED,
    denied(`p: ${ERROR}`, 500, "InternalError"),
    said("failed", "deny", ERROR),
  ],
  ["an error", "warn", "a warning", FAILED, warned(`p: ${ERROR}`), said("failed", "warn", ERROR)],
  ["an error", "audit", "an annotation", FAILED, annotated("p.would-deny", ERROR), said("failed", "would-deny", ERROR)],
  [
    "another version",
    "enforce",
    "a denial",
    OTHER_VERSION,
    denied(`p: ${VERSION}`, 500, "InternalError"),
    version("deny"),
  ],
  ["another version", "warn", "a warning", OTHER_VERSION, warned(`p: ${VERSION}`), version("warn")],
  [
    "another version",
    "audit",
    "an annotation",
    OTHER_VERSION,
    annotated("p.would-deny", VERSION),
    version("would-deny"),
  ],
  [LATE_DENIAL, "enforce", "a denial", missed("deny"), denied(`p: ${LATE}`, 504, "Timeout"), late("deny")],
  [LATE_DENIAL, "warn", "a warning", missed("deny"), warned(`p: ${LATE}`), late("warn")],
  [LATE_DENIAL, "audit", "an annotation", missed("deny"), annotated("p.would-deny", LATE), late("would-deny")],
  [LATE_WARNING, "enforce", "a warning", missed("warn"), warned(`p: ${LATE}`), late("warn")],
  [LATE_WARNING, "warn", "a warning", missed("warn"), warned(`p: ${LATE}`), late("warn")],
  [LATE_WARNING, "audit", "an annotation", missed("warn"), annotated("p.would-warn", LATE), late("would-warn")],
  [LATE_NOTE, "enforce", "an annotation", missed("allow"), annotated("p.missed-deadline", LATE), late()],
  [LATE_NOTE, "warn", "an annotation", missed("allow"), annotated("p.missed-deadline", LATE), late()],
  [LATE_NOTE, "audit", "an annotation", missed("allow"), annotated("p.missed-deadline", LATE), late()],
  [
    "a patch that is not applied",
    "warn",
    "a warning",
    withheld(PATCH),
    allowed({ warnings: [`p: would patch: ${WHERE}`], auditAnnotations: REPORT }),
    judged("would-patch", WHERE),
  ],
  [
    "a patch that is not applied",
    "audit",
    "an annotation",
    withheld(PATCH),
    allowed({ auditAnnotations: REPORT }),
    judged("would-patch", WHERE),
  ],
  ["a mutator without a change", "warn", "nothing", withheld([]), allowed(), judged()],
  ["the denial of a mutator", "warn", "a warning", withheld([], NO), warned("p: no"), judged("warn", "no")],
  ["a policy without findings", "enforce", "nothing", found("p"), allowed(), judged()],
])("verdictOf turns %s in mode %s into %s", (_what, mode, _becomes, outcome, expected, says) => {
  expect(verdictFrom([outcome], { modes: { p: mode }, existing: [OLD], review: UPDATE })).toEqual({
    ...expected,
    policies: [{ policy: "p", mode, ...says }],
  });
});

describe("verdictOf with several policies", () => {
  it("allows a review without policies", () => {
    expect(verdictFrom([])).toEqual(allowed({ policies: [] }));
  });

  it("has the code and reason of the first denial, a line for each denial, and the names of the policies that denied", () => {
    const outcomes = [
      found("z", warn("w"), deny("one", { code: 409, reason: "AlreadyExists" }), deny("two"), deny("one")),
      found("silent", warn("v")),
      found("a", deny("one"), deny("three", { code: 500 }), annotate("k", "v")),
      found("quiet"),
    ];
    expect(verdictFrom(outcomes)).toEqual({
      allowed: false,
      message: "z: one\nz: two\na: one\na: three",
      code: 409,
      reason: "AlreadyExists",
      policies: [
        {
          policy: "z",
          mode: "enforce",
          result: "judged",
          findings: [
            { effect: "warn", message: "w" },
            { effect: "deny", message: "one" },
            { effect: "deny", message: "two" },
            { effect: "deny", message: "one" },
          ],
        },
        { policy: "silent", mode: "enforce", result: "judged", findings: [{ effect: "warn", message: "v" }] },
        {
          policy: "a",
          mode: "enforce",
          result: "judged",
          findings: [
            { effect: "deny", message: "one" },
            { effect: "deny", message: "three" },
          ],
        },
        { policy: "quiet", mode: "enforce", result: "judged", findings: [] },
      ],
      warnings: ["z: w", "silent: v"],
      auditAnnotations: { "a.k": "v", "denied-by": "z,a" },
    });
  });

  it("does not name a policy in denied-by whose denial is only a warning", () => {
    const outcomes = [found("a", deny("one")), found("b", deny("two")), found("c", OLD)];
    expect(verdictFrom(outcomes, { modes: { a: "warn" }, existing: [OLD], review: UPDATE })).toMatchObject({
      message: "b: two",
      warnings: ["a: one", "c: not denied, because the object had this before: old"],
      auditAnnotations: { "denied-by": "b", "c.existing": "old" },
      policies: [
        { policy: "a", mode: "warn", findings: [{ effect: "warn" }] },
        { policy: "b", mode: "enforce", findings: [{ effect: "deny" }] },
        { policy: "c", mode: "enforce", findings: [{ effect: "existing" }] },
      ],
    });
  });

  it.each([
    ["the patch of the mutators for an allowed review", undefined, PATCH],
    ["no patch for a denied review", NO, undefined],
  ])("has %s", (_, finding, patch) => {
    const review = frozenReview("validate-v1-create-pods-1");
    const outcomes = [found("p", ...(finding === undefined ? [] : [finding]))];
    const verdict = verdictOf(outcomes, { review, settings: testRun(review).settings, patch: PATCH });
    expect(Reflect.get(verdict, "patch")).toEqual(patch);
  });
});

it.each<[what: string, mode: Mode, finding: Finding, effect: FindingEffect]>([
  ["a denial", "enforce", deny("m", { at: "spec.a" }), "deny"],
  ["a denial", "warn", deny("m", { at: "spec.a" }), "warn"],
  ["a denial", "audit", deny("m", { at: "spec.a" }), "would-deny"],
  ["a warning", "enforce", warn("m", { at: "spec.a" }), "warn"],
  ["a warning", "audit", warn("m", { at: "spec.a" }), "would-warn"],
])("verdictOf keeps the place of %s in mode %s", (_, mode, finding, effect) => {
  const verdict = verdictFrom([found("p", finding, warn("n"))], { modes: { p: mode } });
  expect(verdict.policies.flatMap(({ findings }) => findings)).toEqual([
    { effect, message: "m", at: "spec.a" },
    { effect: mode === "audit" ? "would-warn" : "warn", message: "n" },
  ]);
  // The client reads the message only.
  expect(JSON.stringify({ ...verdict, policies: [] })).not.toContain("spec.a");
});
