import { expect, it, vi } from "vitest";
import { policy } from "../../../src/policy/define/policy.ts";
import { PolicyIndex } from "../../../src/policy/match/PolicyIndex.ts";
import { decodeAdmissionReview } from "../../../src/protocol/review/decodeAdmissionReview.ts";
import { readReview } from "../../fixtures/readReview.ts";

const matchers = vi.hoisted(() => ({ calls: 0 }));
vi.mock(import("../../../src/policy/match/namespaceMatcher.ts"), async (original) => {
  const real = await original();
  return {
    ...real,
    namespaceMatcher: (match) => {
      const matches = real.namespaceMatcher(match);
      return (namespace) => {
        matchers.calls += 1;
        return matches(namespace);
      };
    },
  };
});

const decoded = decodeAdmissionReview(JSON.parse(readReview("validate-v1-create-pods-1")));
if (!decoded.ok) throw new Error("the fixture does not decode");
const pod = decoded.value;
const named = (name: string, namespaces: { include?: string[]; exclude?: string[] }) =>
  policy({ name, match: { resources: ["pods"], namespaces }, validate: () => undefined });

it("NamespaceIndex evaluates each pattern once for each of 3,000 namespaces, and exact names never", () => {
  const index = new PolicyIndex(
    [
      named("prod", { include: ["prod-*"] }),
      named("not-test", { exclude: ["test-*"] }),
      ...Array.from({ length: 500 }, (_, team) => named(`team-${team}`, { include: [`prod-${team}`] })),
    ],
    "validate",
  );
  matchers.calls = 0;
  for (let round = 0; round < 3; round += 1)
    for (let team = 0; team < 3000; team += 1) {
      const found = index.find({ ...pod, namespace: `prod-${team}` }).map((hit) => hit.policy.name);
      expect(found).toEqual(["prod", "not-test", ...(team < 500 ? [`team-${team}`] : [])]);
    }
  expect(matchers.calls).toBe(2 * 3000);
});
