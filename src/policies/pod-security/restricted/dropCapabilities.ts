import type { Control, ControlValidations } from "../Control.ts";

const validations: ControlValidations = (on) => [
  on("containers[]", {
    fault: (container) => !(container.securityContext?.capabilities?.drop ?? []).includes("ALL"),
    at: "securityContext.capabilities.drop",
    message: ({ name }) =>
      `unrestricted capabilities (container "${name}" must set securityContext.capabilities.drop=["ALL"])`,
  }),
  on("containers[].securityContext.capabilities.add[]", {
    fault: (capability) => capability !== "NET_BIND_SERVICE",
    message: (capability, { container }) =>
      `unrestricted capabilities (container "${container.name}" must not include "${capability}" in securityContext.capabilities.add)`,
  }),
];

/** Containers drop all capabilities, and add at most NET_BIND_SERVICE. Windows has no capabilities. */
export const dropCapabilities: Control = {
  id: "capabilities_restricted",
  replaces: "capabilities_baseline",
  versions: [
    { since: 22, validations },
    { since: 25, except: "windows", validations },
  ],
};
