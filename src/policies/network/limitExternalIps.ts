import * as z from "zod/mini";
import { builtin } from "../builtin.ts";

/**
 * Denies external IPs of Services that are not listed. Whoever sets them receives the traffic of the cluster's Pods and nodes
 * to these addresses, also to addresses of others (CVE-2020-8554). The type of the Service does not matter.
 */
export const limitExternalIps = builtin({
  name: "limit-external-ips",
  description: "Services must have no external IPs other than the listed ones",
  match: { resources: ["services"] },
  params: {
    /** Addresses, each as Services write it. Ranges are not known. Default: none. */
    allowed: z._default(z.array(z.string().check(z.regex(/^[0-9a-fA-F.:]+$/, "is not a single IP address"))), []),
  },
  validations: (on) => [
    on("spec.externalIPs[]", {
      fault: (address, { params }) => !params.allowed.includes(address),
      message: (address, { at }) =>
        `${at}: the address ${address} is not an allowed external IP; remove it, or use a LoadBalancer, an Ingress or a Gateway`,
    }),
  ],
});
