import * as z from "zod/mini";
import { builtin } from "../builtin.ts";

/**
 * Denies Services of the type NodePort, which open a port on each node of the cluster. A LoadBalancer opens one as well, also
 * where no provider gives it an address, unless `spec.allocateLoadBalancerNodePorts` is false: most providers need the port.
 */
export const disallowNodePorts = builtin({
  name: "disallow-node-ports",
  description: "Services must not have the type NodePort",
  match: { resources: ["services"] },
  params: {
    /** Whether a LoadBalancer may have ports of nodes. With false it must set `allocateLoadBalancerNodePorts: false`. */
    allowLoadBalancers: z._default(z.boolean(), true),
  },
  validations: (on) => [
    on("", {
      fault: (service) => service.spec?.type === "NodePort",
      at: "spec.type",
      message: (_, { at }) =>
        `${at}: the type NodePort opens a port on each node; use ClusterIP behind an Ingress or a Gateway`,
    }),
    on("", {
      fault: ({ spec }, { params }) =>
        !params.allowLoadBalancers &&
        spec?.type === "LoadBalancer" &&
        (spec.allocateLoadBalancerNodePorts !== false ||
          (spec.ports ?? []).some(({ nodePort }) => (nodePort ?? 0) !== 0)),
      at: "spec.allocateLoadBalancerNodePorts",
      message: (_, { at }) =>
        `${at}: the LoadBalancer opens a port on each node; set it to false, and remove nodePort from spec.ports`,
    }),
  ],
});
