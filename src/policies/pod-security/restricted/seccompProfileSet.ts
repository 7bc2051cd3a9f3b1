import type { Control, ControlValidations } from "../Control.ts";

const ALLOWED = ["RuntimeDefault", "Localhost"];

const validations: ControlValidations = (on) => [
  on("spec.securityContext.seccompProfile", {
    group: "seccompProfile",
    data: { allowed: ALLOWED },
    fault: ({ type }, { data }) => !data.allowed.includes(type),
    at: "type",
    message: ({ type }) => `seccompProfile (pod must not set securityContext.seccompProfile.type to "${type ?? ""}")`,
  }),
  on("containers[].securityContext.seccompProfile", {
    group: "seccompProfile",
    data: { allowed: ALLOWED },
    fault: ({ type }, { data }) => !data.allowed.includes(type),
    at: "type",
    message: ({ type }, { container }) =>
      `seccompProfile (container "${container.name}" must not set securityContext.seccompProfile.type to "${type ?? ""}")`,
  }),
  on("containers[]", {
    group: "seccompProfile",
    isFallback: true,
    data: { allowed: ALLOWED },
    fault: (container, { object, data }) =>
      container.securityContext?.seccompProfile == null &&
      !data.allowed.includes(object.spec?.securityContext?.seccompProfile?.type ?? ""),
    at: "securityContext.seccompProfile",
    message: ({ name }) =>
      `seccompProfile (pod or container "${name}" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`,
  }),
];

/** Seccomp has the profile of the runtime or one of the node, by the container's setting or that of the Pod. Windows has none. */
export const seccompProfileSet: Control = {
  id: "seccompProfile_restricted",
  replaces: "seccompProfile_baseline",
  versions: [
    { since: 19, validations },
    { since: 25, except: "windows", validations },
  ],
};
