import { disallowAutomountedServiceAccountTokens } from "../objects/disallowAutomountedServiceAccountTokens.ts";
import { disallowDefaultNamespace } from "../objects/disallowDefaultNamespace.ts";
import { disallowDeprecatedApis } from "../objects/disallowDeprecatedApis.ts";
import { limitReplicas } from "../objects/limitReplicas.ts";
import { requireAnnotations } from "../objects/requireAnnotations.ts";
import type { CatalogueEntry } from "./CatalogueEntry.ts";

/** A Deployment of a namespace with a number of replicas. */
const deployment = (namespace: string, replicas = 2): string =>
  `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: ${namespace}
spec:
  replicas: ${replicas}
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: nginx:1.27
`;

const budget = (apiVersion: string): string =>
  `apiVersion: ${apiVersion}
kind: PodDisruptionBudget
metadata:
  name: web
  namespace: shop
spec:
  minAvailable: 1
`;

const ACCOUNT = `apiVersion: v1
kind: ServiceAccount
metadata:
  name: web
  namespace: shop
`;

const NAMESPACE = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
`;

/** The built-in policies on objects of several kinds. */
export const objects: readonly CatalogueEntry[] = [
  {
    builtin: "disallowAutomountedServiceAccountTokens",
    make: () => disallowAutomountedServiceAccountTokens(),
    options: "",
    why: "Each Pod of the ServiceAccount gets a token for the API server, also when it never calls it. Who breaks into the Pod has the token.",
    controls: ["CIS 5.1.5", "CIS 5.1.6", "NSA: Protecting Pod service account tokens"],
    passing: `${ACCOUNT}automountServiceAccountToken: false\n`,
    failing: ACCOUNT,
  },
  {
    builtin: "disallowDefaultNamespace",
    make: () => disallowDefaultNamespace(),
    options: "",
    why: "What nobody gave a namespace ends in default, beside that of others and with the same rights and quotas.",
    controls: ["CIS 5.7.4"],
    passing: deployment("shop"),
    failing: deployment("default"),
  },
  {
    builtin: "limitReplicas",
    make: () => limitReplicas({ minimum: 2, maximum: 50 }),
    options: "{ minimum: 2, maximum: 50 }",
    why: "One replica is down while its node is drained. A typing error of a digit fills the cluster.",
    controls: [],
    passing: deployment("shop", 3),
    failing: deployment("shop", 1),
  },
  {
    builtin: "disallowDeprecatedApis",
    make: () => disallowDeprecatedApis(),
    options: "",
    why: "An upgrade of the cluster removes old API versions, and pipelines that still use them fail. The API server itself only warns.",
    controls: [],
    passing: budget("policy/v1"),
    failing: budget("policy/v1beta1"),
  },
  {
    builtin: "requireAnnotations",
    make: () =>
      requireAnnotations({
        resources: ["namespaces"],
        annotations: [{ key: "example.com/oncall", pattern: "#[a-z-]+" }],
      }),
    options: '{ resources: ["namespaces"], annotations: [{ key: "example.com/oncall", pattern: "#[a-z-]+" }] }',
    why: "People and tools read annotations: whom to call, where costs go, what to back up. A missing one is noticed when it is needed.",
    controls: [],
    passing: `${NAMESPACE}  annotations:\n    example.com/oncall: "#shop-oncall"\n`,
    failing: `${NAMESPACE}  annotations:\n    example.com/oncall: ask ann\n`,
  },
];
