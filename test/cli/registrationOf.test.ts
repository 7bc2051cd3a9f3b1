import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { registrationOf } from "../../src/cli/registrationOf.ts";
import { defineGate } from "../../src/gate/defineGate.ts";
import { denyLabels } from "../../src/policies/denyLabels.ts";
import { policy } from "../../src/policy/policy.ts";

const target = {
  cluster: "local",
  origin: "https://localhost:8443",
  ca: "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n",
};
const read = (text: string): unknown[] => parseAllDocuments(text).map((document) => document.toJS());

const validator = policy({
  name: "v",
  match: { resources: ["configmaps", "ingresses"], operations: ["CREATE", "DELETE"] },
  validate: () => {},
});
const mutator = policy({ name: "m", match: { resources: ["services"], apiVersions: ["v1"] }, mutate: () => {} });

it("registers validators and mutators apart, each with what its policies match", () => {
  const gate = defineGate({ policies: [validator, mutator], clusters: { local: {} } });
  const webhook = {
    namespaceSelector: {
      matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kube-system"] }],
    },
    failurePolicy: "Ignore",
    timeoutSeconds: 5,
    sideEffects: "None",
    admissionReviewVersions: ["v1", "v1beta1"],
  };
  const caBundle = Buffer.from(target.ca).toString("base64");
  const head = { apiVersion: "admissionregistration.k8s.io/v1", metadata: { name: "postern-dev" } };
  expect(read(registrationOf(gate, target))).toEqual([
    {
      ...head,
      kind: "ValidatingWebhookConfiguration",
      webhooks: [
        {
          ...webhook,
          name: "validate.dev.postern.dev",
          clientConfig: { url: "https://localhost:8443/c/local/validate", caBundle },
          rules: [
            { apiGroups: [""], apiVersions: ["*"], operations: ["CREATE", "DELETE"], resources: ["configmaps"] },
            {
              apiGroups: ["networking.k8s.io"],
              apiVersions: ["*"],
              operations: ["CREATE", "DELETE"],
              resources: ["ingresses"],
            },
          ],
        },
      ],
    },
    {
      ...head,
      kind: "MutatingWebhookConfiguration",
      webhooks: [
        {
          ...webhook,
          name: "mutate.dev.postern.dev",
          clientConfig: { url: "https://localhost:8443/c/local/mutate", caBundle },
          rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["services"] }],
          reinvocationPolicy: "IfNeeded",
        },
      ],
    },
  ]);
});

it("has no registration for a half that has no policies", () => {
  const gate = defineGate({ policies: [denyLabels()], clusters: { local: {} } });
  expect(read(registrationOf(gate, target))).toMatchObject([{ kind: "ValidatingWebhookConfiguration" }]);
});

it("fits on a screen: words of a list share a line", () => {
  const text = registrationOf(defineGate({ policies: [validator, mutator], clusters: { local: {} } }), target);
  expect(text.split("\n").length).toBeLessThan(60);
  expect(text).toContain("operations: [CREATE, DELETE]\n");
});

describe("a rule says nothing twice: the API server refuses one with a wildcard and what it covers", () => {
  it.each<[matched: string[], registered: string[]]>([
    [
      ["*", "pods", "pods/exec"],
      ["*", "pods/exec"],
    ],
    [["*/*", "*", "pods", "pods/exec"], ["*/*"]],
    [
      ["pods/exec", "pods", "pods/*", "services"],
      ["pods/*", "services"],
    ],
    [
      ["*/status", "pods/status", "pods"],
      ["*/status", "pods"],
    ],
    [
      ["*/status", "pods/*"],
      ["*/status", "pods/*"],
    ],
  ])("%j", (matched, registered) => {
    const policies = matched.map((resource, index) =>
      policy({
        name: `p${index}`,
        match: {
          apiGroups: [""],
          resources: [resource],
          operations: ["CREATE", "CONNECT"],
          ephemeralContainers: false,
        },
        validate: () => {},
      }),
    );
    const [registration] = read(registrationOf(defineGate({ policies, clusters: { local: {} } }), target));
    expect(registration).toMatchObject({ webhooks: [{ rules: [{ resources: registered }] }] });
  });
});
