import { builtin } from "../builtin.ts";

/**
 * Denies new objects in the namespace `default`: what nobody gave a namespace ends there, beside that of others, and with
 * their rights and quotas. The Service and the ConfigMap that Kubernetes itself has there are allowed, and the ConfigMaps with
 * certificates that OpenShift and Istio write into each namespace.
 */
export const disallowDefaultNamespace = builtin({
  name: "disallow-default-namespace",
  description: "Objects must not be in the namespace default",
  match: {
    resources: [
      "pods",
      "replicationcontrollers",
      "deployments",
      "statefulsets",
      "daemonsets",
      "replicasets",
      "jobs",
      "cronjobs",
      "services",
      "ingresses",
      "persistentvolumeclaims",
      "configmaps",
      "secrets",
    ],
    // An object never gets another namespace.
    operations: ["CREATE"],
    namespaces: { include: ["default"] },
    // The workloads are matched themselves.
    podTemplates: false,
    ephemeralContainers: false,
    resize: false,
  },
  params: {},
  exempt: {
    data: {
      objects: [
        "Service/kubernetes",
        "ConfigMap/kube-root-ca.crt",
        "ConfigMap/openshift-service-ca.crt",
        "ConfigMap/istio-ca-root-cert",
      ],
    },
    when: ({ kind, metadata }, { data }) => (data.objects ?? []).includes(`${kind}/${metadata?.name ?? ""}`),
  },
  validations: (on) => [
    on("", {
      fault: (_, { request }) => request.namespace === "default",
      at: "metadata.namespace",
      message: ({ kind }, { at }) =>
        `${at}: the ${kind} must not be in the namespace default; create a namespace for it`,
    }),
  ],
});
