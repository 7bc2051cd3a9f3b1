import { builtin } from "../builtin.ts";

/** Denies Services of the type NodePort, which open a port on each node of the cluster. */
export const disallowNodePorts = builtin({
  name: "disallow-node-ports",
  description: "Services must not have the type NodePort",
  match: { resources: ["services"] },
  params: {},
  validations: (on) => [
    on("", {
      fault: (service) => service.spec?.type === "NodePort",
      at: "spec.type",
      message: (_, { at }) =>
        `${at}: the type NodePort opens a port on each node; use ClusterIP behind an Ingress or a Gateway`,
    }),
  ],
});
