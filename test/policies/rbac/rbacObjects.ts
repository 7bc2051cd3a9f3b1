import type { JsonObject } from "../../../src/protocol/Json.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { reviewOf } from "../faultsOf.ts";

const apiVersion = "rbac.authorization.k8s.io/v1";

/** A Role with these rules. */
export function role(rules: readonly JsonObject[] | null, name = "reader"): JsonObject {
  return { apiVersion, kind: "Role", metadata: { name, namespace: "shop" }, rules };
}

/** A ClusterRole with these rules. */
export function clusterRole(rules: readonly JsonObject[] | null, name = "reader", more: JsonObject = {}): JsonObject {
  return { apiVersion, kind: "ClusterRole", metadata: { name }, rules, ...more };
}

/** A ClusterRoleBinding of a ClusterRole to these subjects. */
export function clusterRoleBinding(name: string, subjects?: readonly JsonObject[], binding = "a"): JsonObject {
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
  return { apiVersion, kind: "ClusterRoleBinding", metadata: { name: binding }, roleRef, subjects };
}

/** A RoleBinding of a role to these subjects. */
export function roleBinding(kind: "Role" | "ClusterRole", name: string, subjects?: readonly JsonObject[]): JsonObject {
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind, name };
  return { apiVersion, kind: "RoleBinding", metadata: { name: "a", namespace: "shop" }, roleRef, subjects };
}

/** Subjects of bindings. */
export const user = (name: string): JsonObject => ({ apiGroup: "rbac.authorization.k8s.io", kind: "User", name });
export const group = (name: string): JsonObject => ({ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name });
export const account = (namespace: string, name: string): JsonObject => ({ kind: "ServiceAccount", namespace, name });

/** The review of an object that a user writes. */
export function reviewBy(username: string, object: JsonObject, oldObject?: JsonObject): Review {
  return { ...reviewOf(object, oldObject), user: { username, uid: "", groups: ["system:authenticated"], extra: {} } };
}
