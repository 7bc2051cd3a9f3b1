import type { KubeObject } from "../../cluster/ClusterApi.ts";

/** The cluster-scoped kinds. */
const CLUSTER_SCOPED = [
  "Namespace",
  "Node",
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "CustomResourceDefinition",
  "ClusterRole",
  "ClusterRoleBinding",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
];

/** Returns the API path of an object and that of its collection. */
export function apiPathOf(object: KubeObject): { collection: string; path: string } {
  const { apiVersion, kind, metadata } = object;
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = kind.endsWith("y") ? `${kind.slice(0, -1)}ies` : `${kind}s`;
  const namespace = CLUSTER_SCOPED.includes(kind) ? "" : `/namespaces/${metadata.namespace}`;
  const collection = `${base}${namespace}/${plural.toLowerCase()}`;
  return { collection, path: `${collection}/${metadata.name}` };
}
