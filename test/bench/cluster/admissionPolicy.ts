import type { KubeObject } from "../../cluster/ClusterApi.ts";

/** The rules of `clusterGate.ts` for Pods as a ValidatingAdmissionPolicy, with a binding to namespaces with a label. */
export function admissionPolicy(label: string, value: string): readonly KubeObject[] {
  const labels = "(has(object.metadata.labels) ? object.metadata.labels : {})";
  const apiVersion = "admissionregistration.k8s.io/v1";
  return [
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: "bench" },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: [
            { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["pods"] },
          ],
        },
        variables: [
          {
            name: "images",
            expression:
              "(object.spec.containers + (has(object.spec.initContainers) ? object.spec.initContainers : [])).map(c, c.image)",
          },
        ],
        validations: [
          { expression: `!('bad-label' in ${labels})`, message: "Pod contains forbidden label 'bad-label'" },
          {
            expression:
              "variables.images.all(i, i.matches('(@sha256:[0-9a-f]{64}|:[A-Za-z0-9_.-]+)$') && !i.lowerAscii().endsWith(':latest'))",
            message: "an image has the tag latest, or none",
          },
          { expression: `'team' in ${labels}`, message: "metadata.labels has no team" },
        ],
      },
    },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: "bench" },
      spec: {
        policyName: "bench",
        validationActions: ["Deny"],
        matchResources: { namespaceSelector: { matchLabels: { [label]: value } } },
      },
    },
  ];
}
