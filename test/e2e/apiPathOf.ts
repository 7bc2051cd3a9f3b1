import type { KubeObject } from "../cluster/ClusterApi.ts";

/** Kinds that are cluster-scoped. */
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

/** The path of an object in the API: of the collection that it is in, and with its name. */
export function apiPathOf(object: KubeObject): { collection: string; path: string } {
  const { apiVersion, kind, metadata } = object;
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = kind.endsWith("y") ? `${kind.slice(0, -1)}ies` : `${kind}s`;
  const namespace = CLUSTER_SCOPED.includes(kind) ? "" : `/namespaces/${metadata.namespace}`;
  const collection = `${base}${namespace}/${plural.toLowerCase()}`;
  return { collection, path: `${collection}/${metadata.name}` };
}
