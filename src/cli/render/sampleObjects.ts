import type { JsonObject } from "../../protocol/Json.ts";

const LABELS = { app: "sample" };
const container = { name: "main", image: "registry.example.com/sample:1" };
/** A Pod template. */
export const sampleTemplate = { metadata: { labels: LABELS }, spec: { containers: [container] } };
const workload = { selector: { matchLabels: LABELS }, template: sampleTemplate };
const job = { template: { ...sampleTemplate, spec: { containers: [container], restartPolicy: "Never" } } };
const port = { name: "http", port: 80, protocol: "TCP", targetPort: 8080 };
const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }];
const subject = { kind: "ServiceAccount", name: "sample", namespace: "default" };
const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
const backend = { service: { name: "sample", port: { number: 80 } } };
const paths = [{ path: "/", pathType: "Prefix", backend }];
const roleRef = (kind: string): JsonObject => ({ apiGroup: "rbac.authorization.k8s.io", kind, name: "sample" });

/** Minimal valid objects by resource, to test mutators with. */
export const sampleObjects: ReadonlyMap<string, JsonObject> = new Map(
  [
    ["pods", "v1", "Pod", { spec: sampleTemplate.spec }],
    ["configmaps", "v1", "ConfigMap", { data: { key: "value" } }],
    ["secrets", "v1", "Secret", { type: "Opaque", data: { key: "dmFsdWU=" } }],
    ["services", "v1", "Service", { spec: { selector: LABELS, ports: [port] } }],
    ["serviceaccounts", "v1", "ServiceAccount", {}],
    ["namespaces", "v1", "Namespace", {}],
    ["nodes", "v1", "Node", {}],
    ["persistentvolumeclaims", "v1", "PersistentVolumeClaim", { spec: claim }],
    ["replicationcontrollers", "v1", "ReplicationController", { spec: { selector: LABELS, template: sampleTemplate } }],
    ["podtemplates", "v1", "PodTemplate", { template: sampleTemplate }],
    ["deployments", "apps/v1", "Deployment", { spec: workload }],
    ["statefulsets", "apps/v1", "StatefulSet", { spec: { ...workload, serviceName: "sample" } }],
    ["daemonsets", "apps/v1", "DaemonSet", { spec: workload }],
    ["replicasets", "apps/v1", "ReplicaSet", { spec: workload }],
    ["jobs", "batch/v1", "Job", { spec: job }],
    ["cronjobs", "batch/v1", "CronJob", { spec: { schedule: "@daily", jobTemplate: { spec: job } } }],
    ["ingresses", "networking.k8s.io/v1", "Ingress", { spec: { rules: [{ http: { paths } }] } }],
    ["networkpolicies", "networking.k8s.io/v1", "NetworkPolicy", { spec: { podSelector: {} } }],
    ["poddisruptionbudgets", "policy/v1", "PodDisruptionBudget", { spec: { minAvailable: 1 } }],
    ["roles", "rbac.authorization.k8s.io/v1", "Role", { rules }],
    ["clusterroles", "rbac.authorization.k8s.io/v1", "ClusterRole", { rules }],
    ["rolebindings", "rbac.authorization.k8s.io/v1", "RoleBinding", { subjects: [subject], roleRef: roleRef("Role") }],
    [
      "clusterrolebindings",
      "rbac.authorization.k8s.io/v1",
      "ClusterRoleBinding",
      { subjects: [subject], roleRef: roleRef("ClusterRole") },
    ],
  ].map(([resource, apiVersion, kind, rest]) => [
    String(resource),
    { apiVersion, kind, metadata: { name: "sample" }, ...Object(rest) },
  ]),
);
