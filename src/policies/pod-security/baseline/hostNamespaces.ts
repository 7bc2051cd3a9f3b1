import type { Control } from "../Control.ts";

/** Pods do not use the namespaces of their node for network, processes and IPC. */
export const hostNamespaces: Control = {
  id: "hostNamespaces",
  versions: [
    {
      since: 0,
      validations: (on) => [
        on("", {
          fault: (pod) => pod.spec?.hostNetwork === true,
          at: "spec.hostNetwork",
          message: () => "host namespaces (hostNetwork=true)",
        }),
        on("", {
          fault: (pod) => pod.spec?.hostPID === true,
          at: "spec.hostPID",
          message: () => "host namespaces (hostPID=true)",
        }),
        on("", {
          fault: (pod) => pod.spec?.hostIPC === true,
          at: "spec.hostIPC",
          message: () => "host namespaces (hostIPC=true)",
        }),
      ],
    },
  ],
};
