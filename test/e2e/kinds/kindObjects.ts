import type { KubeObject } from "../../cluster/ClusterApi.ts";

const RBAC = "rbac.authorization.k8s.io";
const BETA_CLASS = "volume.beta.kubernetes.io/storage-class";
const BACKEND = { service: { name: "a", port: { number: 80 } } };
const HTTP = { paths: [{ path: "/", pathType: "Prefix", backend: BACKEND }] };
const ALL = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };
const LABELS = { app: "a" };
const TEMPLATE = { metadata: { labels: LABELS }, spec: { containers: [{ name: "a", image: "a:1" }] } };

/** The namespace of the objects, beside `default`. */
export const NAMESPACE = "kinds";

function object(apiVersion: string, kind: string, rest: KubeObject, metadata: KubeObject = {}): KubeObject {
  return { apiVersion, kind, metadata: { name: "a", namespace: NAMESPACE, ...metadata }, ...rest };
}

const service = (spec: KubeObject, annotations?: KubeObject): KubeObject =>
  object("v1", "Service", { spec: { ports: [{ port: 80 }], ...spec } }, { annotations });

const ingress = (spec: KubeObject, annotations?: KubeObject): KubeObject =>
  object("networking.k8s.io/v1", "Ingress", { spec }, { annotations });

const hosted = (host: string, spec: KubeObject = {}, annotations?: KubeObject): KubeObject =>
  ingress({ rules: [{ host, http: HTTP }], ...spec }, annotations);

const role = (...rules: readonly KubeObject[]): KubeObject => object(`${RBAC}/v1`, "Role", { rules });

const clusterRole = (rest: KubeObject, name = "kinds-a"): KubeObject =>
  object(`${RBAC}/v1`, "ClusterRole", rest, { name, namespace: undefined });

const binding = (kind: string, roleRef: KubeObject, subjects?: readonly KubeObject[]): KubeObject =>
  object(
    `${RBAC}/v1`,
    kind,
    { roleRef: { apiGroup: RBAC, ...roleRef }, subjects },
    kind === "RoleBinding" ? {} : { namespace: undefined },
  );

const claim = (spec: KubeObject, annotations?: KubeObject): KubeObject =>
  object(
    "v1",
    "PersistentVolumeClaim",
    { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec } },
    { annotations },
  );

const workload = (kind: string, spec: KubeObject, metadata?: KubeObject): KubeObject =>
  object("apps/v1", kind, { spec: { selector: { matchLabels: LABELS }, template: TEMPLATE, ...spec } }, metadata);

const statefulSet = ({ spec, metadata }: KubeObject): KubeObject =>
  workload("StatefulSet", {
    serviceName: "a",
    replicas: 2,
    volumeClaimTemplates: [{ metadata: { name: "data", annotations: metadata.annotations }, spec }],
  });

const admin = { kind: "ClusterRole", name: "cluster-admin" };
const inDefault = { namespace: "default" };

/** Objects of kinds other than Pods: what the policies on them tell apart. */
export const kindObjects: readonly KubeObject[] = [
  service({}),
  service({ type: "NodePort" }),
  service({ type: "LoadBalancer" }, { "networking.gke.io/load-balancer-type": "External" }),
  service({ type: "LoadBalancer", loadBalancerClass: "example.com/a" }),
  service({ externalIPs: ["203.0.113.7", "1.1.1.1"] }),
  service({ externalIPs: [] }),
  ingress({ defaultBackend: BACKEND }),
  ingress({ rules: [{ http: HTTP }] }),
  ingress({ rules: [{ http: HTTP }], tls: [{ secretName: "a" }] }),
  hosted("a.example.com", { tls: [{ hosts: ["*.example.com"], secretName: "a" }] }),
  hosted("a.b.example.com", { tls: [{ hosts: ["*.example.com"], secretName: "a" }] }),
  hosted("*.example.com", { ingressClassName: "internal" }),
  hosted("a.example.com", {}, { "kubernetes.io/ingress.class": "internal" }),
  hosted("a.example.com", {}, { "kubernetes.io/ingress.class": "public" }),
  role(),
  role(ALL),
  role({ apiGroups: [""], resources: ["secrets"], verbs: ["list"] }),
  role({ apiGroups: [""], resources: ["secrets"], verbs: ["get"], resourceNames: ["a"] }),
  // The API server stores null for a list of rules that is left out.
  clusterRole({}),
  clusterRole({ rules: [] }),
  clusterRole({ rules: [ALL] }),
  clusterRole({ rules: [ALL] }, "ops-kinds"),
  clusterRole({ rules: [{ nonResourceURLs: ["*"], verbs: ["get"] }] }),
  clusterRole({ rules: [{ apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] }] }),
  clusterRole({ rules: [{ apiGroups: [RBAC], resources: ["roles"], verbs: ["bind", "escalate"] }] }),
  clusterRole({ aggregationRule: { clusterRoleSelectors: [{ matchLabels: LABELS }] } }),
  clusterRole({ aggregationRule: { clusterRoleSelectors: [{}] } }),
  binding("ClusterRoleBinding", admin),
  binding("ClusterRoleBinding", admin, [{ kind: "ServiceAccount", name: "a", namespace: NAMESPACE }]),
  binding("RoleBinding", admin, [{ apiGroup: RBAC, kind: "Group", name: "system:masters" }]),
  binding("RoleBinding", { kind: "Role", name: "cluster-admin" }, [
    { apiGroup: RBAC, kind: "User", name: "system:anonymous" },
  ]),
  claim({}),
  claim({ storageClassName: "" }),
  claim({ storageClassName: "premium", accessModes: ["ReadWriteOnce", "ReadWriteMany"] }),
  claim({}, { [BETA_CLASS]: "standard" }),
  claim({ storageClassName: "standard" }, { [BETA_CLASS]: "premium" }),
  statefulSet(claim({})),
  statefulSet(claim({ storageClassName: "premium", accessModes: ["ReadWriteMany"] })),
  statefulSet(claim({ storageClassName: "standard" }, { [BETA_CLASS]: "premium" })),
  workload("Deployment", {}),
  workload("Deployment", { replicas: 0 }),
  workload("Deployment", { replicas: 60 }),
  workload("DaemonSet", {}, inDefault),
  object("v1", "Pod", { spec: TEMPLATE.spec }, inDefault),
  object("v1", "ConfigMap", {}, inDefault),
  object("v1", "ServiceAccount", {}),
  object("v1", "ServiceAccount", { automountServiceAccountToken: true }),
];
