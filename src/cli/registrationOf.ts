import { Document, isScalar, visit } from "yaml";
import type { Gate } from "../gate/defineGate.ts";
import { policyTargets } from "../policy/policyTargets.ts";
import type { Operation } from "../protocol/Review.ts";

/** Where and as whom a cluster reaches a gate. */
export interface RegistrationTarget {
  readonly cluster: string;
  /** Such as https://localhost:8443. */
  readonly origin: string;
  /** PEM. */
  readonly ca: string;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly Operation[];
  readonly resources: readonly string[];
}

/** So that a `postern dev` that was stopped does not hold up a cluster. */
const FAILURE_POLICY = "Ignore";
const HEADER = `# Sends a cluster's reviews to postern dev: kubectl apply -f this file.
# failurePolicy is Ignore, so that the cluster goes on when postern dev is stopped; production wants Fail.
`;

/** Registrations for a gate that runs locally, in YAML that can be applied as it is: one for validators, one for mutators, where there are any. */
export function registrationOf(gate: Gate, target: RegistrationTarget): string {
  const documents = (["validate", "mutate"] as const).flatMap((purpose) => {
    const rules = rulesOf(gate, purpose);
    return rules.length === 0 ? [] : [yamlOf(registration(purpose, rules, target))];
  });
  return HEADER + documents.join("---\n");
}

/** Lists of words on one line each: a registration is read on a terminal. */
function yamlOf(value: object): string {
  const document = new Document(value);
  visit(document, {
    Seq(_key, node) {
      node.flow = node.items.every(isScalar);
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function registration(
  purpose: "validate" | "mutate",
  rules: readonly Rule[],
  { cluster, origin, ca }: RegistrationTarget,
): object {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: purpose === "validate" ? "ValidatingWebhookConfiguration" : "MutatingWebhookConfiguration",
    metadata: { name: "postern-dev" },
    webhooks: [
      {
        name: `${purpose}.dev.postern.dev`,
        clientConfig: { url: `${origin}/c/${cluster}/${purpose}`, caBundle: Buffer.from(ca).toString("base64") },
        rules,
        namespaceSelector: {
          matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kube-system"] }],
        },
        failurePolicy: FAILURE_POLICY,
        timeoutSeconds: 5,
        sideEffects: "None",
        admissionReviewVersions: ["v1", "v1beta1"],
        ...(purpose === "mutate" ? { reinvocationPolicy: "IfNeeded" } : {}),
      },
    ],
  };
}

/** One rule for each API group, with what the policies match in it. */
function rulesOf(gate: Gate, purpose: "validate" | "mutate"): Rule[] {
  const byGroup = new Map<string, { operations: Set<Operation>; resources: Set<string>; versions: Set<string> }>();
  for (const policy of gate.policies) {
    if (policy[purpose] === undefined) continue;
    for (const { group, resource, subresource, operations } of policyTargets(policy.match, purpose)) {
      const rule = byGroup.get(group) ?? { operations: new Set(), resources: new Set(), versions: new Set() };
      byGroup.set(group, rule);
      rule.resources.add(subresource === "" ? resource : `${resource}/${subresource}`);
      for (const operation of operations) rule.operations.add(operation);
      for (const version of policy.match.apiVersions ?? ["*"]) rule.versions.add(version);
    }
  }
  return [...byGroup].map(([group, { operations, resources, versions }]) => ({
    apiGroups: [group],
    apiVersions: versions.has("*") ? ["*"] : [...versions],
    operations: [...operations],
    resources: [...resources].filter((resource) => !isCovered(resource, resources)),
  }));
}

/** Whether a wildcard among the others says it already: the API server refuses a rule with `*` and `pods`, or `pods/*` and `pods/exec`. */
function isCovered(name: string, others: Iterable<string>): boolean {
  const [resource, subresource = ""] = name.split("/");
  return [...others].some((other) => {
    const [byResource, bySubresource = ""] = other.split("/");
    const covers =
      (byResource === "*" || byResource === resource) && (bySubresource === "*" || bySubresource === subresource);
    return covers && other !== name;
  });
}
