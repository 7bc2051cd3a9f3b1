import type { Control, ControlValidations } from "../Control.ts";

const validations: ControlValidations = (on) => [
  on("", {
    group: "runAsNonRoot",
    fault: (pod) => pod.spec?.securityContext?.runAsNonRoot === false,
    at: "spec.securityContext.runAsNonRoot",
    message: () => "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)",
  }),
  on("containers[]", {
    group: "runAsNonRoot",
    fault: (container) => container.securityContext?.runAsNonRoot === false,
    at: "securityContext.runAsNonRoot",
    message: ({ name }) => `runAsNonRoot != true (container "${name}" must not set securityContext.runAsNonRoot=false)`,
  }),
  on("containers[]", {
    group: "runAsNonRoot",
    isFallback: true,
    fault: (container, { object }) =>
      container.securityContext?.runAsNonRoot == null && object.spec?.securityContext?.runAsNonRoot !== true,
    at: "securityContext.runAsNonRoot",
    message: ({ name }) =>
      `runAsNonRoot != true (pod or container "${name}" must set securityContext.runAsNonRoot=true)`,
  }),
];

/** Containers do not run as root, by their own setting or that of the Pod. In a user namespace root has no power outside. */
export const runAsNonRoot: Control = {
  id: "runAsNonRoot",
  versions: [
    { since: 0, validations },
    { since: 35, except: "user-namespace", validations },
  ],
};
