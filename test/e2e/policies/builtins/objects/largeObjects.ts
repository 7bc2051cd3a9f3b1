import type { KubeObject } from "../../../../cluster/ClusterApi.ts";
import { NAMESPACES } from "./namespaces.ts";

const RBAC = "rbac.authorization.k8s.io";
const LABELS = { app: "generated" };
const metadata = { name: "large", namespace: NAMESPACES[0] };

function many<T>(count: number, of: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => of(index));
}

function rule(index: number): KubeObject {
  return {
    apiGroups: many(5, (group) => `group-${group}.example.com`),
    resources: many(20, (resource) => `resources${index}-${resource}`),
    verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
    resourceNames: many(10, (name) => `name-${name}`),
  };
}

const spec = {
  containers: many(30, (index) => ({
    name: `app-${index}`,
    image: `registry.example.com/a/team/of/many/parts/web-${index}:1.4.2@sha256:${"0".repeat(64)}`,
    env: many(50, (variable) => ({ name: `A_${variable}`, value: "a" })),
    ports: many(20, (port) => ({ containerPort: 1_000 + index * 20 + port })),
    volumeMounts: many(50, (volume) => ({ name: `volume-${volume}`, mountPath: `/volume-${volume}`, readOnly: true })),
    securityContext: { capabilities: { add: many(20, (it) => `OTHER_${it}`), drop: ["ALL"] }, runAsUser: 1_500 },
  })),
  volumes: many(50, (index) => ({ name: `volume-${index}`, hostPath: { path: `/var/log/pods/${index}` } })),
  securityContext: {
    supplementalGroups: many(50, (index) => index),
    sysctls: many(50, (index) => ({ name: `net.ipv4.other_${index}`, value: "1" })),
  },
  topologySpreadConstraints: many(10, (index) => ({
    topologyKey: `example.com/${index}`,
    maxSkew: 1,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: LABELS },
  })),
};

const host = (index: number): string => `a-${index}.shop.example.com`;
const backend = { service: { name: "a", port: { number: 80 } } };
const http = { paths: [{ path: "/", pathType: "Prefix", backend }] };

/** Objects with long lists: the API server limits what an expression may cost. */
export const largeObjects: readonly KubeObject[] = [
  { apiVersion: "v1", kind: "Pod", metadata, spec },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: { replicas: 3, selector: { matchLabels: LABELS }, template: { metadata: { labels: LABELS }, spec } },
  },
  { apiVersion: `${RBAC}/v1`, kind: "Role", metadata, rules: many(200, rule) },
  { apiVersion: `${RBAC}/v1`, kind: "ClusterRole", metadata: { name: "large" }, rules: many(200, rule) },
  {
    apiVersion: `${RBAC}/v1`,
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: "cluster-admin" },
    subjects: many(500, (index) => ({ kind: "ServiceAccount", name: `web-${index}`, namespace: NAMESPACES[0] })),
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { ports: [{ port: 80 }], externalIPs: many(200, (index) => `198.51.100.${index}`) },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { ...metadata, annotations: Object.fromEntries(many(50, (index) => [`example.com/${index}`, "a"])) },
    spec: {
      rules: many(100, (index) => ({ host: host(index), http })),
      tls: many(50, (index) => ({ secretName: "tls", hosts: [host(index * 2), host(index * 2 + 1)] })),
    },
  },
];
