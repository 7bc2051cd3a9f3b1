import type { ResourceTypes } from "./ResourceTypes.ts";

/** The API group of each built-in resource, the default for policies. The compiler checks it against {@link ResourceTypes}. */
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

/** Returns the API group of a built-in resource or of its subresource; undefined for another resource. */
export function groupOfResource(resource: string): string | undefined {
  const known: Readonly<Record<string, string>> = resourceGroups;
  const base = resource.split("/", 1)[0] ?? resource;
  if (Object.hasOwn(known, resource)) return known[resource];
  return Object.hasOwn(known, base) ? known[base] : undefined;
}

/** Subresources whose only operation is CONNECT. */
const CONNECT_ONLY = ["exec", "attach", "portforward", "proxy"];

/** Whether CONNECT is the only operation of a resource, as for `pods/exec`. */
export function isConnectOnly(resource: string): boolean {
  const subresource = resource.split("/")[1];
  return subresource !== undefined && CONNECT_ONLY.includes(subresource);
}
