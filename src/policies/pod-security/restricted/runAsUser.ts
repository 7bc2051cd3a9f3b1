import type { Control, ControlValidations } from "../Control.ts";

const validations: ControlValidations = (on) => [
  on("", {
    fault: (pod) => pod.spec?.securityContext?.runAsUser === 0,
    at: "spec.securityContext.runAsUser",
    message: () => "runAsUser=0 (pod must not set runAsUser=0)",
  }),
  on("containers[]", {
    fault: (container) => container.securityContext?.runAsUser === 0,
    at: "securityContext.runAsUser",
    message: ({ name }) => `runAsUser=0 (container "${name}" must not set runAsUser=0)`,
  }),
];

/** Neither the Pod nor a container names the user 0. In a user namespace root has no power outside. */
export const runAsUser: Control = {
  id: "runAsUser",
  versions: [
    { since: 23, validations },
    { since: 35, except: "user-namespace", validations },
  ],
};
