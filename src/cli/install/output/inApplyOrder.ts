import { isJsonObject } from "../../../protocol/Json.ts";

/** The order in which `kubectl apply` takes objects: what others need comes first, and what starts comes last. */
const KINDS = [
  "Namespace",
  "ServiceAccount",
  "ClusterRole",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
  "ConfigMap",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "NetworkPolicy",
  "Service",
  "Issuer",
  "Certificate",
  "PodDisruptionBudget",
  "Deployment",
  "CronJob",
];

/** The kind, namespace and name of an object. */
export function identityOf(object: object): {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
} {
  const { kind, metadata } = { kind: "", metadata: {}, ...object };
  const { name, namespace } = isJsonObject(metadata) ? metadata : {};
  return { kind: String(kind), name: String(name), ...(typeof namespace === "string" ? { namespace } : {}) };
}

/** Sorts objects for `kubectl apply`. Objects of one kind keep their order. */
export function inApplyOrder(objects: readonly object[]): object[] {
  const rank = (object: object): number => KINDS.indexOf(identityOf(object).kind);
  const unknown = objects.find((it) => rank(it) < 0);
  if (unknown !== undefined) throw new Error(`no order is known for ${identityOf(unknown).kind}`);
  return [...objects].sort((left, right) => rank(left) - rank(right));
}
