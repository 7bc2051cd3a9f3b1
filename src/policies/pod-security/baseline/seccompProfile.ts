import type { Control } from "../Control.ts";

const ALLOWED = ["RuntimeDefault", "Localhost"];

/** Seccomp is not turned off: before v1.19 by an annotation, and from then on by a field. */
export const seccompProfile: Control = {
  id: "seccompProfile_baseline",
  versions: [
    {
      since: 0,
      validations: (on) => [
        on("metadata.annotations{}", {
          fault: ({ key, value }) =>
            key === "seccomp.security.alpha.kubernetes.io/pod" &&
            value !== "runtime/default" &&
            value !== "docker/default" &&
            !value.startsWith("localhost/"),
          message: ({ key, value }) => `seccompProfile (forbidden annotation ${key}="${value}")`,
        }),
        on("containers[]", {
          data: {
            prefix: "container.seccomp.security.alpha.kubernetes.io/",
            allowed: ["runtime/default", "docker/default"],
          },
          fault: ({ name }, { object, data }) =>
            object.metadata?.annotations?.[data.prefix + name] !== undefined &&
            !data.allowed.includes(object.metadata.annotations[data.prefix + name] ?? "") &&
            !(object.metadata.annotations[data.prefix + name] ?? "").startsWith("localhost/"),
          message: ({ name }, { object, data }) =>
            `seccompProfile (forbidden annotation ${data.prefix + name}="${object.metadata?.annotations?.[data.prefix + name] ?? ""}")`,
        }),
      ],
    },
    {
      since: 19,
      validations: (on) => [
        on("spec.securityContext.seccompProfile", {
          data: { allowed: ALLOWED },
          fault: ({ type }, { data }) => !data.allowed.includes(type),
          at: "type",
          message: ({ type }) =>
            `seccompProfile (pod must not set securityContext.seccompProfile.type to "${type ?? ""}")`,
        }),
        on("containers[].securityContext.seccompProfile", {
          data: { allowed: ALLOWED },
          fault: ({ type }, { data }) => !data.allowed.includes(type),
          at: "type",
          message: ({ type }, { container }) =>
            `seccompProfile (container "${container.name}" must not set securityContext.seccompProfile.type to "${type ?? ""}")`,
        }),
      ],
    },
  ],
};
