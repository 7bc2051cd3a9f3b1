import type { Control } from "../Control.ts";

const ALLOWED = ["RuntimeDefault", "Localhost"];

/** AppArmor is not turned off, by a field or by an annotation. */
export const appArmorProfile: Control = {
  id: "appArmorProfile",
  versions: [
    {
      since: 0,
      validations: (on) => [
        on("spec.securityContext.appArmorProfile", {
          data: { allowed: ALLOWED },
          fault: ({ type }, { data }) => !data.allowed.includes(type),
          at: "type",
          message: ({ type }) =>
            `forbidden AppArmor profile (pod must not set AppArmor profile type to "${type ?? ""}")`,
        }),
        on("containers[].securityContext.appArmorProfile", {
          data: { allowed: ALLOWED },
          fault: ({ type }, { data }) => !data.allowed.includes(type),
          at: "type",
          message: ({ type }, { container }) =>
            `forbidden AppArmor profile (container "${container.name}" must not set AppArmor profile type to "${type ?? ""}")`,
        }),
        on("metadata.annotations{}", {
          fault: ({ key, value }) =>
            key.startsWith("container.apparmor.security.beta.kubernetes.io/") &&
            value !== "" &&
            value !== "runtime/default" &&
            !value.startsWith("localhost/"),
          message: ({ key, value }) =>
            `forbidden AppArmor profile (annotation must not set AppArmor profile type to "${key}="${value}"")`,
        }),
      ],
    },
  ],
};
