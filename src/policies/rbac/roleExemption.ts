import type { ClusterRole, Role } from "kubernetes-types/rbac/v1.js";
import type { Exemption } from "../../policy/validations/Validation.ts";

/**
 * Roles that a policy does not judge: those of allowed names, and what the cluster itself writes. The API server restores its
 * own roles when it starts. A controller copies rules into aggregated ClusterRoles from roles that were judged themselves, and
 * repeats a denied write without end; what others write into them is judged.
 */
export const roleExemption: Exemption<Role | ClusterRole, { readonly allowedRoles: readonly string[] }> = {
  data: {
    users: [
      "system:apiserver",
      "system:kube-controller-manager",
      "system:serviceaccount:kube-system:clusterrole-aggregation-controller",
    ],
  },
  when: ({ metadata }, { user, params, data }) =>
    (data.users ?? []).includes(user.username) ||
    params.allowedRoles.some(
      (it) =>
        it === (metadata?.name ?? "") ||
        (it.endsWith("*") && (metadata?.name ?? "").startsWith(it.split("*").join(""))),
    ),
};
