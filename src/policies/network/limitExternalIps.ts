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
    allowed: z._default(z.array(z.string().check(z.refine(isIpAddress, "is not a single IP address"))), []),
  },
  validations: (on) => [
    on("spec.externalIPs[]", {
      fault: (address, { params }) => !params.allowed.includes(address),
      message: (address, { at }) =>
        `${at}: the address ${address} is not an allowed external IP; remove it, or use a LoadBalancer, an Ingress or a Gateway`,
    }),
  ],
});

/** The URL parser reads addresses; of IPv4 it also reads short and octal ones, which the API server does not store. */
function isIpAddress(text: string): boolean {
  if (/^[0-9.]+$/.test(text)) return URL.canParse(`http://${text}`) && new URL(`http://${text}`).hostname === text;
  return /^[0-9a-fA-F.:]+$/.test(text) && URL.canParse(`http://[${text}]`);
}
