import fc from "fast-check";
import { expect, it } from "vitest";
import { deny } from "../../../src/policy/define/Finding.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import { annotationKey, boundedValue } from "../../../src/policy/run/annotationKey.ts";
import { frozenReview, judge } from "../policyRun.ts";

/** The name part of `IsQualifiedName` (k8s.io/apimachinery/pkg/util/validation). */
const QUALIFIED_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

it.each([
  ["p", "k", /^p\.k$/],
  ["p".repeat(32), "k".repeat(30), /^p{32}\.k{30}$/],
  ["p".repeat(33), "k".repeat(30), /^p{23}-[0-9a-f]{8}\.k{30}$/],
])("annotationKey of the policy %s and the key %s is at most 63 characters long", (name, key, full) => {
  expect(annotationKey(name, key)).toMatch(full);
});

it("annotationKey returns a qualified name that is different for each policy", () => {
  const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
  const key = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,28}[A-Za-z0-9])?$/);
  fc.assert(
    fc.property(name, name, key, (one, other, of) => {
      const full = annotationKey(one, of);
      expect(full).toMatch(QUALIFIED_NAME);
      expect(full.length).toBeLessThanOrEqual(63);
      expect(annotationKey(other, of) === full).toBe(one === other);
    }),
    { numRuns: 2000 },
  );
  expect(annotationKey(`${"a".repeat(62)}b`, "k")).not.toBe(annotationKey(`${"a".repeat(62)}c`, "k"));
});

it("PolicyEngine writes qualified names as annotation keys for the longest policy names", async () => {
  const names = ["a", "b", "c"].map((last) => "x".repeat(62) + last);
  const policies = names.map((name) => policy({ name, match: { resources: ["pods"] }, validate: () => deny("no") }));
  const { verdict } = await judge("validate", frozenReview("validate-v1-create-pods-1"), policies, {
    modes: Object.fromEntries(names.map((name) => [name, "audit"])),
  });
  const keys = Object.keys(verdict.auditAnnotations);
  expect(keys).toHaveLength(3);
  for (const key of keys) expect(key).toMatch(QUALIFIED_NAME);
});

it("boundedValue cuts a long value between characters", () => {
  expect(boundedValue("x".repeat(4096))).toBe("x".repeat(4096));
  expect(boundedValue("x".repeat(4097))).toBe(`${"x".repeat(4095)}…`);
  expect(boundedValue(`${"x".repeat(4094)}😀😀`)).toBe(`${"x".repeat(4094)}…`);
});
