import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";

const port = z.int().check(z.minimum(1), z.maximum(65535));
const range = z
  .strictObject({ min: port, max: port })
  .check(z.refine(({ min, max }) => min <= max, "has a min above its max"));

/**
 * Denies containers with a port of their node outside of the allowed ranges. A host port can be reached past Services and
 * NetworkPolicies, and only one Pod of a node can have it. With `hostNetwork`, the API server makes each port of a Pod a host
 * port.
 */
export const limitHostPorts = builtin({
  name: "limit-host-ports",
  description: "Containers must not use host ports outside of the allowed ranges",
  match: { resources: ["pods"], ephemeralContainers: false, resize: false },
  params: {
    /** The ranges of host ports that containers may use. */
    allowed: z._default(z.array(range), []),
    /** Images of containers that may use all host ports, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) => [
    on("containers[].ports[]", {
      fault: ({ hostPort }, { params }) =>
        (hostPort ?? 0) !== 0 &&
        !params.allowed.some(({ min, max }) => min <= (hostPort ?? 0) && (hostPort ?? 0) <= max),
      at: "hostPort",
      message: ({ hostPort }, { at, container, params }) =>
        `${at}: container '${container.name}' must not use the port ${hostPort} of its node; allowed are: ${
          params.allowed.length === 0 ? "none" : params.allowed.map(({ min, max }) => `${min} to ${max}`).join(", ")
        }`,
    }),
  ],
});
