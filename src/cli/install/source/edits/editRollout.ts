import { call, installs, value } from "../../expression/build.ts";
import type { ManifestSet } from "../ManifestSet.ts";

/** Puts the config of the rollout controller into its objects. */
export function editRollout(set: ManifestSet): void {
  const deployment = "Deployment/postern-rollout";
  const container = "/spec/template/spec/containers/rollout";
  const namespace = value("rollout.namespace");
  set.set(deployment, "/spec/replicas", call("choose", value("suspend"), 0, value("replicas.rollout")));
  set.set(deployment, `${container}/image`, value("images.postern"));
  set.set(deployment, `${container}/resources`, value("resources.rollout"));
  set.setIf(namespace, deployment, `${container}/args/-`, call("text", "--namespace=", namespace));
  set.setIf(value("rollout.callers"), "NetworkPolicy/postern-rollout", "/spec/ingress/-", {
    from: value("rollout.callers"),
    ports: [{ protocol: "TCP", port: 8443 }],
  });
  // In one namespace, a RoleBinding stands for the ClusterRoleBinding.
  set.restrict("ClusterRoleBinding/postern-rollout", call("not", namespace));
  set.add("rollout/rolebinding.yaml", call("every", installs("rollout"), namespace), {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: {
      name: "postern-rollout-certificates",
      namespace: "",
      labels: { "app.kubernetes.io/part-of": "postern" },
    },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "postern-rollout" },
    subjects: [{ kind: "ServiceAccount", name: "postern-rollout", namespace: "postern-system" }],
  });
  set.set("RoleBinding/postern-rollout-certificates", "/metadata/namespace", namespace);
}
