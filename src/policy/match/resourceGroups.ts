import type { ResourceTypes } from "../define/ResourceTypes.ts";

/** The API group of each built-in resource, so that a policy need not repeat it. The compiler holds it to {@link ResourceTypes}. */
export const resourceGroups: { readonly [R in keyof ResourceTypes]: ResourceTypes[R]["group"] } = {
  pods: "",
  "pods/ephemeralcontainers": "",
  "pods/resize": "",
  "pods/status": "",
  "pods/binding": "",
  "pods/eviction": "",
  "pods/exec": "",
  "pods/attach": "",
  "pods/portforward": "",
  configmaps: "",
  endpoints: "",
  limitranges: "",
  namespaces: "",
  nodes: "",
  persistentvolumeclaims: "",
  persistentvolumes: "",
  podtemplates: "",
  replicationcontrollers: "",
  resourcequotas: "",
  secrets: "",
  serviceaccounts: "",
  services: "",
  deployments: "apps",
  "deployments/scale": "apps",
  statefulsets: "apps",
  "statefulsets/scale": "apps",
  daemonsets: "apps",
  replicasets: "apps",
  "replicasets/scale": "apps",
  jobs: "batch",
  cronjobs: "batch",
  horizontalpodautoscalers: "autoscaling",
  ingresses: "networking.k8s.io",
  ingressclasses: "networking.k8s.io",
  networkpolicies: "networking.k8s.io",
  poddisruptionbudgets: "policy",
  roles: "rbac.authorization.k8s.io",
  rolebindings: "rbac.authorization.k8s.io",
  clusterroles: "rbac.authorization.k8s.io",
  clusterrolebindings: "rbac.authorization.k8s.io",
  priorityclasses: "scheduling.k8s.io",
  storageclasses: "storage.k8s.io",
  validatingwebhookconfigurations: "admissionregistration.k8s.io",
  mutatingwebhookconfigurations: "admissionregistration.k8s.io",
};

/** The API group of a built-in resource or of the resource that a subresource belongs to; undefined for any other. */
export function groupOfResource(resource: string): string | undefined {
  const known: Readonly<Record<string, string>> = resourceGroups;
  const base = resource.split("/", 1)[0] ?? resource;
  if (Object.hasOwn(known, resource)) return known[resource];
  return Object.hasOwn(known, base) ? known[base] : undefined;
}

/** Subresources that the API server only ever calls with CONNECT. */
const CONNECT_ONLY = ["exec", "attach", "portforward", "proxy"];

/** Whether a resource, such as `pods/exec`, is only ever seen with the operation CONNECT. */
export function isConnectOnly(resource: string): boolean {
  const subresource = resource.split("/")[1];
  return subresource !== undefined && CONNECT_ONLY.includes(subresource);
}
