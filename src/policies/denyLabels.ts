import { deny, type Finding } from "../policy/Finding.ts";
import { type Policy, policy } from "../policy/policy.ts";

/** Refuses Pods that carry one of the labels, whatever its value. */
export function denyLabels(options: { labels?: readonly string[] } = {}): Policy {
  const { labels = ["bad-label"] } = options;
  return policy({
    name: "deny-labels",
    description: `Pods must not carry ${labels.join(", ")}`,
    match: { resources: ["pods"], podTemplates: true },
    validate: ({ object }): Finding[] =>
      labels
        .filter((label) => Object.hasOwn(object.metadata?.labels ?? {}, label))
        .map((label) => deny(`Pod contains forbidden label '${label}'`)),
  });
}
