import { expect, it } from "vitest";
import { deny, type Finding } from "../../../src/policy/define/Finding.ts";
import type { PolicyException } from "../../../src/policy/define/PolicyException.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import { exceptedFindings } from "../../../src/policy/exceptions/exceptedFindings.ts";
import { exceptionMatchers } from "../../../src/policy/exceptions/exceptionMatchers.ts";
import { growthOf, LINEAR } from "../../run/growthOf.ts";
import { frozenReview } from "../policyRun.ts";

const one = (more: Partial<PolicyException>): PolicyException => ({
  policy: "p",
  until: "2027-01-01",
  untilMs: 1,
  reason: "r",
  owner: "o",
  ...more,
});

it("exceptionMatchers has those of the policy and of the namespace, by name and by pattern", () => {
  const owners = (policyName: string, namespace: string): string[] =>
    exceptionMatchers(list, policyName, namespace).map(({ exception }) => exception.owner);
  const list = [
    one({ owner: "all" }),
    one({ owner: "a", namespaces: ["a", "a"] }),
    one({ owner: "a or b*", namespaces: ["a", "b*"] }),
    one({ owner: "other", policy: "q", namespaces: ["a"] }),
  ];
  expect(owners("p", "a")).toEqual(["a", "all", "a or b*"]);
  expect(owners("p", "b1")).toEqual(["all", "a or b*"]);
  expect(owners("p", "c")).toEqual(["all"]);
  expect(owners("p", "")).toEqual(["all"]);
  expect(owners("p", `b${"b".repeat(63)}`)).toEqual(["all"]);
  expect(owners("q", "a")).toEqual(["other"]);
  expect(owners("none", "a")).toEqual([]);
});

it("exceptionMatchers reads an exception of several lists once", () => {
  const exception = one({ namespaces: ["a"] });
  const [first] = exceptionMatchers([exception], "p", "a");
  expect(exceptionMatchers([exception], "p", "a")[0]).toBe(first);
});

it("exceptionMatchers takes a star for a star, in names with and without one", () => {
  const [matcher] = exceptionMatchers(
    [one({ names: ["web", "api-*"], subjects: ["alice", "system:node:*"] })],
    "p",
    "",
  );
  expect(["web", "web-1", "api-1", "api"].map((name) => matcher?.isNamed?.(name))).toEqual([true, false, true, false]);
  const users = ["alice", "system:node:n1", "system:node:n1:x", "bob"];
  expect(users.map((name) => matcher?.isOf?.(name))).toEqual([true, true, false, false]);
});

/** A review with as many containers, denials and exceptions. */
function manyOf(count: number) {
  const review = frozenReview("validate-v1-create-pods-1");
  const containers = [...Array(count).keys()].map((n) => ({ name: `c${n}`, image: "registry.example.com/team/app:1" }));
  const findings: Finding[] = containers.map((_, n) => deny("no", { at: `spec.containers[${n}].image` }));
  const exceptions = containers.map((_, n) => one({ untilMs: 9, images: [`registry.example.com/team/other-${n}:1`] }));
  return { of: { ...review, object: { ...review.object, spec: { containers } } }, findings, exceptions };
}

it("exceptedFindings takes time in proportion to containers, denials and exceptions", () => {
  const judged = policy({ name: "p", match: { resources: ["pods"] }, validate: () => undefined });
  const hit = { policy: judged, template: [], order: 0 };
  const growth = growthOf(500, manyOf, ({ of, findings, exceptions }) =>
    exceptedFindings([hit], [{ result: "findings", findings }], of, { exceptions, now: 0 }),
  );
  expect(growth).toBeLessThan(LINEAR);
});
