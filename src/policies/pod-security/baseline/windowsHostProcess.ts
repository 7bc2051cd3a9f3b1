import type { Control } from "../Control.ts";

/** Windows Pods and containers are no processes of their node. */
export const windowsHostProcess: Control = {
  id: "windowsHostProcess",
  versions: [
    {
      since: 0,
      validations: (on) => [
        on("", {
          fault: (pod) => pod.spec?.securityContext?.windowsOptions?.hostProcess === true,
          at: "spec.securityContext.windowsOptions.hostProcess",
          message: () => "hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)",
        }),
        on("containers[]", {
          fault: (container) => container.securityContext?.windowsOptions?.hostProcess === true,
          at: "securityContext.windowsOptions.hostProcess",
          message: ({ name }) =>
            `hostProcess (container "${name}" must not set securityContext.windowsOptions.hostProcess=true)`,
        }),
      ],
    },
  ],
};
