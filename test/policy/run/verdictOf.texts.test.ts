import { expect, it } from "vitest";
import { annotate, deny } from "../../../src/policy/define/Finding.ts";
import type { Mode } from "../../../src/policy/define/Mode.ts";
import type { Outcome } from "../../../src/policy/run/Outcome.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { frozenReview } from "../policyRun.ts";
import { found, PATCH, verdictFrom, withheld } from "./verdictFrom.ts";

const POD = frozenReview("validate-v1-create-pods-1");
const SECRET = frozenReview("validate-v1-create-secrets-1");

it("verdictOf joins the values of several annotations with the same key", () => {
  const outcome = found("p", annotate("k", "one"), annotate("k", "two"), annotate("l", "three"));
  expect(verdictFrom([outcome]).auditAnnotations).toEqual({ "p.k": "one; two", "p.l": "three" });
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
])("verdictOf reports a patch %s the values of %s in mode %s", (values, _what, mode, review) => {
  const verdict = verdictFrom([withheld(PATCH)], { modes: { p: mode }, review });
  expect(JSON.stringify(verdict).includes("s3cret")).toBe(values === "with");
  // The list of policies has the places only.
  expect(JSON.stringify(verdict.policies)).not.toContain("s3cret");
});

// The prefix "p: " has 3 characters.
it.each<[what: string, message: string, expected: string]>([
  ["keeps a denial of 8,192 characters", "x".repeat(8_189), `p: ${"x".repeat(8_189)}`],
  ["cuts a denial to 8,192 characters", "x".repeat(8_190), `p: ${"x".repeat(8_188)}…`],
  ["cuts no character of a denial in half", `${"x".repeat(8_187)}🚀y`, `p: ${"x".repeat(8_187)}…`],
  ["replaces the control characters of a denial", "a\u001b[31mb\u0000\u009b", "p: a\uFFFD[31mb\uFFFD\uFFFD"],
  ["indents further lines of a denial", "a\n\tb\nq: c", "p: a\n  \tb\n  q: c"],
])("verdictOf %s", (_, message, expected) => {
  expect(verdictFrom([found("p", deny(message))])).toMatchObject({ message: expected });
});

it("verdictOf replaces the category Cc but for tab and line feed, of all code units", () => {
  const units = Array.from({ length: 0x1_0000 }, (_, unit) => String.fromCharCode(unit)).filter(
    (unit) => unit !== "\n",
  );
  const expected = units.map((unit) => (unit !== "\t" && /\p{Cc}/u.test(unit) ? "\uFFFD" : unit));
  const parts = Array.from({ length: 16 }, (_, part) => part * 4_096);
  for (const start of parts) {
    const message = units.slice(start, start + 4_096).join("");
    expect(verdictFrom([found("p", deny(message))])).toMatchObject({
      message: `p: ${expected.slice(start, start + 4_096).join("")}`,
    });
  }
});

it("verdictOf cuts all denials together to 8,192 characters", () => {
  const outcomes = [found("a", deny("x".repeat(8_000))), found("b", deny("y".repeat(8_000)))];
  expect(verdictFrom(outcomes)).toMatchObject({ message: `a: ${"x".repeat(8_000)}\nb: ${"y".repeat(184)}…` });
});

it.each<[what: string, outcome: Outcome, mode: Mode]>([
  ["a value", found("p", annotate("would-deny", "x".repeat(5_000))), "enforce"],
  ["a denial in mode audit", found("p", deny("x".repeat(5_000))), "audit"],
  [
    "joined values",
    found("p", annotate("would-deny", "x".repeat(3_000)), annotate("would-deny", "x".repeat(3_000))),
    "enforce",
  ],
])("verdictOf cuts the audit annotation of %s to 4,096 characters", (_, outcome, mode) => {
  expect(verdictFrom([outcome], { modes: { p: mode } }).auditAnnotations["p.would-deny"]).toHaveLength(4_096);
});

it.each<[what: string, review: Review, reason: string]>([
  ["an UPDATE", frozenReview("validate-v1-update-pods-1"), "the object had this before"],
  ["the CREATE of a mirror Pod", POD, "this Pod runs already"],
])("verdictOf says why it does not deny %s, and keeps the place of the denial", (_, review, reason) => {
  const old = deny("m", { at: "metadata.labels.a" });
  expect(verdictFrom([found("p", old)], { existing: [old], review })).toEqual({
    allowed: true,
    patch: [],
    policies: [
      {
        policy: "p",
        mode: "enforce",
        result: "judged",
        findings: [{ effect: "existing", message: "m", at: "metadata.labels.a" }],
      },
    ],
    warnings: [`p: not denied, because ${reason}: m`],
    auditAnnotations: { "p.existing": "m" },
  });
});

it.each([2, 40, 100])("verdictOf has one line for each of %i messages that a policy repeats", (count) => {
  const faults = Array.from({ length: count }, (_, index) => deny(`fault ${index}`));
  const outcomes = [found("a", ...faults, ...faults), found("b", deny("fault 0"))];
  const lines = faults.map(({ message }) => `a: ${message}`);
  expect(verdictFrom(outcomes)).toMatchObject({
    message: [...lines, "b: fault 0"].join("\n"),
    auditAnnotations: { "denied-by": "a,b" },
  });
});
