import * as z from "zod/mini";
import { builtin } from "../builtin.ts";

/**
 * Denies Pods that share a namespace with their node: they see its processes, its memory or its network, past
 * NetworkPolicies. These are settings of a whole Pod, so the policy has no `exemptImages`; exclude the namespaces of agents.
 */
export const disallowHostNamespaces = builtin({
  name: "disallow-host-namespaces",
  description: "Pods must not use the network, process and IPC namespaces of their node",
  match: { resources: ["pods"], ephemeralContainers: false, resize: false },
  params: {
    /** The namespaces of the node that Pods may use. */
    allowed: z._default(z.array(z.enum(["hostNetwork", "hostPID", "hostIPC"])), []),
  },
  validations: (on) => [
    on("", {
      fault: ({ spec }, { params }) => !params.allowed.includes("hostNetwork") && spec?.hostNetwork === true,
      at: "spec.hostNetwork",
      message: (_, { at }) => `${at}: the Pod must not use the network of its node; use a Service to reach it`,
    }),
    on("", {
      fault: ({ spec }, { params }) => !params.allowed.includes("hostPID") && spec?.hostPID === true,
      at: "spec.hostPID",
      message: (_, { at }) => `${at}: the Pod must not see the processes of its node`,
    }),
    on("", {
      fault: ({ spec }, { params }) => !params.allowed.includes("hostIPC") && spec?.hostIPC === true,
      at: "spec.hostIPC",
      message: (_, { at }) => `${at}: the Pod must not share the IPC namespace of its node`,
    }),
  ],
});
