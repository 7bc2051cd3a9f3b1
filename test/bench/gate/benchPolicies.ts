import { deny } from "../../../src/policy/define/Finding.ts";
import type { Match } from "../../../src/policy/define/Match.ts";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";
import { matchingPolicies } from "./matchingPolicies.ts";

/**
 * `count` policies in mixed order, of which 8 match the creation of a Pod in the namespace `default`. The others
 * consist of ten equal parts: five for other resources, and five for Pods in other namespaces, with other labels (one
 * value, or a set of values) or for other operations.
 */
export function benchPolicies(count: number): Policy[] {
  const matching = matchingPolicies();
  const others = Array.from({ length: count - matching.length }, (_, index) => otherPolicy(index));
  const gap = Math.floor(others.length / matching.length);
  return matching.flatMap((one, index) => [
    one,
    ...others.slice(index * gap, index === matching.length - 1 ? undefined : (index + 1) * gap),
  ]);
}

function otherPolicy(index: number): Policy {
  return policy({
    name: `other-${index}`,
    match: otherMatch(index),
    validate: () => deny("this policy must not run"),
  });
}

function otherMatch(index: number): Match {
  const team = `team-${index}`;
  switch (index % 10) {
    case 0:
      return { resources: ["configmaps", "secrets"] };
    case 1:
      return { resources: ["services"], namespaces: { include: [`${team}-*`] } };
    case 2:
      return { resources: ["ingresses"] };
    case 3:
      return { resources: ["widgets"], apiGroups: [`${team}.example.com`] };
    case 4:
      return { resources: ["pods/exec"], operations: ["CONNECT"] };
    case 5:
      return { resources: ["pods"], namespaces: { include: [team, `${team}-*`] } };
    case 6:
      return { resources: ["pods"], labels: { matchLabels: { team } } };
    case 7:
      return {
        resources: ["pods"],
        labels: { matchExpressions: [{ key: "team", operator: "In", values: [team, `${team}-dev`] }] },
      };
    case 8:
      return { resources: ["pods"], operations: ["DELETE"] };
    default:
      return { resources: ["pods"], operations: ["UPDATE"], labels: { matchLabels: { team: "payments" } } };
  }
}
