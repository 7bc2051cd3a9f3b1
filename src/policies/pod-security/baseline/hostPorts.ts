import type { Control } from "../Control.ts";

/** Containers use no port of the node. */
export const hostPorts: Control = {
  id: "hostPorts",
  versions: [
    {
      since: 0,
      validations: (on) => [
        on("containers[].ports[]", {
          fault: (port) => (port.hostPort ?? 0) !== 0,
          at: "hostPort",
          message: (port, { container }) => `hostPort (container "${container.name}" uses hostPort ${port.hostPort})`,
        }),
      ],
    },
  ],
};
