import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";

/**
 * Denies privileged containers, and the HostProcess containers of Windows: they have all rights on their node. One control
 * of the level baseline of the Pod Security Standards, for a gate that does not use `podSecurity`.
 */
export const disallowPrivileged = builtin({
  name: "disallow-privileged",
  description: "Containers must not be privileged",
  match: { resources: ["pods"], resize: false },
  params: {
    /** Images of containers that may be privileged, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) => [
    on("containers[]", {
      fault: (container) => container.securityContext?.privileged === true,
      at: "securityContext.privileged",
      message: ({ name }, { at }) =>
        `${at}: container '${name}' must not be privileged; add the capabilities that it needs instead`,
    }),
    on("containers[]", {
      fault: ({ securityContext }, { object }) =>
        (securityContext?.windowsOptions?.hostProcess ?? object.spec?.securityContext?.windowsOptions?.hostProcess) ===
        true,
      at: "securityContext.windowsOptions.hostProcess",
      message: ({ name }, { at }) =>
        `${at}: container '${name}' must not be a HostProcess container, by its own setting or that of the Pod`,
    }),
  ],
});
