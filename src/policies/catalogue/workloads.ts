import { disallowAutomountedTokens } from "../workloads/disallowAutomountedTokens.ts";
import { limitServiceAccounts } from "../workloads/limitServiceAccounts.ts";
import { requirePriorityClass } from "../workloads/requirePriorityClass.ts";
import { requireProbes } from "../workloads/requireProbes.ts";
import { requireTopologySpread } from "../workloads/requireTopologySpread.ts";
import type { CatalogueEntry } from "./CatalogueEntry.ts";
import { podManifest } from "./podManifest.ts";

/** A Deployment of three replicas, with further lines of its Pod's spec. */
const deployment = (spec: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
${spec}      containers:
        - name: web
          image: registry.example.com/web:1.4.2
`;

/** The built-in policies on how Pods run, and as whom. */
export const workloads: readonly CatalogueEntry[] = [
  {
    builtin: "disallowAutomountedTokens",
    make: () => disallowAutomountedTokens({ allowed: ["operators/operator"] }),
    options: '{ allowed: ["operators/operator"] }',
    why: "Each Pod gets a token for the API server unless it says no, and most never use it. An intruder does.",
    controls: ["CIS 5.1.6", "NSA: Protecting Pod service account tokens"],
    fields: ["spec.serviceAccountName"],
    passing: podManifest("", "automountServiceAccountToken: false"),
    failing: podManifest(""),
  },
  {
    builtin: "limitServiceAccounts",
    make: () => limitServiceAccounts(),
    options: "",
    why: "All Pods that name no ServiceAccount share that of their namespace, so a right for one of them is a right for all.",
    controls: ["CIS 5.1.5", "NSA: Protecting Pod service account tokens"],
    passing: podManifest("", "serviceAccountName: web"),
    failing: podManifest("", "serviceAccountName: default"),
  },
  {
    builtin: "requireProbes",
    make: () => requireProbes(),
    options: "",
    why: "Without a readiness probe, users reach Pods that cannot answer yet, at each rollout. Without a liveness probe, one that hangs stays.",
    controls: [],
    passing: podManifest(
      "readinessProbe:\n  httpGet:\n    path: /ready\n    port: 8080\nlivenessProbe:\n  httpGet:\n    path: /live\n    port: 8080",
    ),
    failing: podManifest("livenessProbe:\n  httpGet:\n    path: /live\n    port: 8080"),
  },
  {
    builtin: "requirePriorityClass",
    make: () => requirePriorityClass({ allowed: ["batch", "web"] }),
    options: '{ allowed: ["batch", "web"] }',
    why: "On full nodes, Pods with a higher class push others out. Without rules each team takes the highest, and the important Pods have to wait.",
    controls: [],
    passing: podManifest("", "priorityClassName: web"),
    failing: podManifest("", "priorityClassName: system-cluster-critical"),
  },
  {
    builtin: "requireTopologySpread",
    make: () => requireTopologySpread(),
    options: "",
    why: "The scheduler may place all replicas in one zone. They then fail together.",
    controls: [],
    fields: ["spec.replicas", "spec.template.spec.affinity.podAntiAffinity"],
    passing: deployment(`      topologySpreadConstraints:
        - topologyKey: topology.kubernetes.io/zone
          maxSkew: 1
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              app: web
`),
    failing: deployment(""),
  },
];
