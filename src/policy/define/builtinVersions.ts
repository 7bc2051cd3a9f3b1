import type { ResourceTypes, SecondResourceTypes } from "./ResourceTypes.ts";

/** A table of group and version by resource, without subresources, which have those of their resource. */
type Versions<Types extends { readonly [R in keyof Types]: { apiVersion: string } }> = {
  readonly [R in keyof Types as R extends `${string}/${string}` ? never : R]: Types[R]["apiVersion"];
};

/** The group and the version of each built-in resource. The compiler checks them against {@link ResourceTypes}. */
const own: Versions<ResourceTypes> = {
  pods: "v1",
  bindings: "v1",
  configmaps: "v1",
  endpoints: "v1",
  events: "v1",
  limitranges: "v1",
  namespaces: "v1",
  nodes: "v1",
  persistentvolumeclaims: "v1",
  persistentvolumes: "v1",
  podtemplates: "v1",
  replicationcontrollers: "v1",
  resourcequotas: "v1",
  secrets: "v1",
  serviceaccounts: "v1",
  services: "v1",
  daemonsets: "apps/v1",
  deployments: "apps/v1",
  replicasets: "apps/v1",
  statefulsets: "apps/v1",
  horizontalpodautoscalers: "autoscaling/v2",
  cronjobs: "batch/v1",
  jobs: "batch/v1",
  certificatesigningrequests: "certificates.k8s.io/v1",
  leases: "coordination.k8s.io/v1",
  endpointslices: "discovery.k8s.io/v1",
  flowschemas: "flowcontrol.apiserver.k8s.io/v1",
  prioritylevelconfigurations: "flowcontrol.apiserver.k8s.io/v1",
  ingressclasses: "networking.k8s.io/v1",
  ingresses: "networking.k8s.io/v1",
  networkpolicies: "networking.k8s.io/v1",
  runtimeclasses: "node.k8s.io/v1",
  poddisruptionbudgets: "policy/v1",
  clusterrolebindings: "rbac.authorization.k8s.io/v1",
  clusterroles: "rbac.authorization.k8s.io/v1",
  rolebindings: "rbac.authorization.k8s.io/v1",
  roles: "rbac.authorization.k8s.io/v1",
  priorityclasses: "scheduling.k8s.io/v1",
  csidrivers: "storage.k8s.io/v1",
  csinodes: "storage.k8s.io/v1",
  storageclasses: "storage.k8s.io/v1",
  volumeattachments: "storage.k8s.io/v1",
  customresourcedefinitions: "apiextensions.k8s.io/v1",
  mutatingwebhookconfigurations: "admissionregistration.k8s.io/v1",
  validatingwebhookconfigurations: "admissionregistration.k8s.io/v1",
};

/** Those of the resources with a second group. */
const second: Versions<SecondResourceTypes> = { events: "events.k8s.io/v1" };

/** The group and the version of a built-in resource. */
export interface BuiltinVersion {
  readonly group: string;
  readonly version: string;
}

/**
 * The groups of a built-in resource or of its subresource, each with the version that policies judge. The resource's own
 * group, the default for policies, is the first. Empty for another resource.
 */
export function builtinVersions(resource: string): BuiltinVersion[] {
  const [base = resource] = resource.split("/", 1);
  return [own, second].flatMap((table) => {
    const apiVersion = Object.hasOwn(table, base) ? Reflect.get(table, base) : undefined;
    if (typeof apiVersion !== "string") return [];
    const [group = "", version] = apiVersion.split("/");
    return version === undefined ? [{ group: "", version: group }] : [{ group, version }];
  });
}

/** Returns the API group of a built-in resource or of its subresource; undefined for another resource. */
export function groupOfResource(resource: string): string | undefined {
  return builtinVersions(resource)[0]?.group;
}

/** Whether a group has events. The API server converts them into each other, as no other resource of two groups (`AddCohabitatingResources`, kubeapiserver). */
export function isEventGroup(group: string): boolean {
  return group === "" || group === "events.k8s.io";
}

/** Subresources whose only operation is CONNECT. */
const CONNECT_ONLY = ["exec", "attach", "portforward", "proxy"];

/** Whether CONNECT is the only operation of a resource, as for `pods/exec`. */
export function isConnectOnly(resource: string): boolean {
  const subresource = resource.split("/")[1];
  return subresource !== undefined && CONNECT_ONLY.includes(subresource);
}
