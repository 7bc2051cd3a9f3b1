import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exactName } from "../exactName.ts";
import { noOuterBlanks } from "../noOuterBlanks.ts";

/**
 * Denies bindings of the ClusterRole cluster-admin, for the whole cluster and for one namespace, to subjects that are not
 * listed. It grants every right, and most subjects need few. The API server restores its own bindings without asking the gate.
 */
export const disallowClusterAdminBindings = builtin({
  name: "disallow-cluster-admin-bindings",
  description: "The ClusterRole cluster-admin must be bound to listed subjects only",
  match: { resources: ["clusterrolebindings", "rolebindings"] },
  params: {
    /** The ClusterRoles that only listed subjects may have. */
    roles: z._default(z.array(exactName).check(z.minLength(1)), ["cluster-admin"]),
    /** `User/NAME`, `Group/NAME` or `ServiceAccount/NAMESPACE/NAME`. Default: the groups of administrators that Kubernetes and kubeadm bind. */
    allowedSubjects: z._default(
      z.array(
        z
          .string()
          .check(
            z.regex(
              /^(?:(?:User|Group)\/[^*]+|ServiceAccount\/[^/*]+\/[^/*]+)$/,
              "is not User/NAME, Group/NAME or ServiceAccount/NAMESPACE/NAME without a *",
            ),
            noOuterBlanks,
          ),
      ),
      ["Group/system:masters", "Group/kubeadm:cluster-admins"],
    ),
  },
  validations: (on) => [
    on("subjects[]", {
      // In a RoleBinding, a ServiceAccount without a namespace is of the namespace of the binding.
      fault: ({ kind, name, namespace }, { object, params, request }) =>
        object.roleRef.kind === "ClusterRole" &&
        params.roles.includes(object.roleRef.name) &&
        !params.allowedSubjects.includes(
          kind === "ServiceAccount"
            ? `ServiceAccount/${(namespace ?? "") === "" ? request.namespace : namespace}/${name}`
            : `${kind}/${name}`,
        ),
      message: ({ kind, name }, { at, object }) =>
        `${at}: ${kind} '${name}' must not have the ClusterRole '${object.roleRef.name}'; bind a role with the rights that it needs`,
    }),
  ],
});
