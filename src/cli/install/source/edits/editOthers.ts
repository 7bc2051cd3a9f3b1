import { call, installs, value } from "../../expression/build.ts";
import { Conditional } from "../../expression/Template.ts";
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

/** Puts the config of the TLS sidecar into its objects. */
export function editSidecar(set: ManifestSet): void {
  const deployment = "Deployment/tls-sidecar-nginx";
  for (const kind of ["Deployment", "NetworkPolicy", "ConfigMap"])
    set.only(
      value("tlsSidecar.namespace"),
      `${kind}/tls-sidecar-nginx`,
      "/metadata/namespace",
      value("tlsSidecar.namespace"),
    );
  set.set(deployment, "/spec/replicas", call("choose", value("suspend"), 0, value("replicas.tlsSidecar")));
  for (const container of ["initContainers/first-certificate", "containers/tls-sidecar"]) {
    set.set(deployment, `/spec/template/spec/${container}/image`, value("images.postern"));
    set.set(deployment, `/spec/template/spec/${container}/resources`, value("resources.tlsSidecar"));
  }
  set.setIf(value("images.nginx"), deployment, "/spec/template/spec/containers/nginx/image", value("images.nginx"));
  set.set(deployment, "/spec/template/spec/containers/nginx/resources", value("resources.nginx"));
}

const PODS = [
  ["CronJob/postern-sync", "/spec/jobTemplate/spec/template"],
  ["Deployment/postern-sync", "/spec/template"],
  ["Deployment/postern-gate", "/spec/template"],
  ["Deployment/postern-rollout", "/spec/template"],
  ["Deployment/tls-sidecar-nginx", "/spec/template"],
] as const;

/** Puts what all Pods have into each of them. */
export function editPods(set: ManifestSet): void {
  for (const [object, template] of PODS) {
    for (const key of ["nodeSelector", "tolerations", "affinity", "priorityClassName"])
      set.only(value(`pods.${key}`), object, `${template}/spec/${key}`, value(`pods.${key}`));
    set.only(value("imagePullSecrets"), object, `${template}/spec/imagePullSecrets`, value("imagePullSecrets"));
    // What the manifest has stays: selectors and probes need it.
    for (const key of ["labels", "annotations"])
      set.change(
        object,
        `${template}/metadata/${key}`,
        (before) =>
          new Conditional(value(`pods.${key}`), call("merged", value(`pods.${key}`), { ...Object(before) }), before),
      );
  }
}

/** The objects of the base that not only the sync needs. */
export function editNamespace(set: ManifestSet): void {
  const inNamespace = installs("sync", "watch", "gate", "rollout");
  set.installWhen("Namespace/postern-system", inNamespace);
  set.installWhen("NetworkPolicy/postern-deny-all", inNamespace);
}
