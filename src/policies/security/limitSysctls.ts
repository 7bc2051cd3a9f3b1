import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { noOuterBlanks } from "../noOuterBlanks.ts";

const SAFE = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_notsent_lowat",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_slow_start_after_idle",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
];

/**
 * Denies sysctls other than the allowed ones: many of them change the whole node. The default are the safe ones of the newest
 * Pod Security Standards. Names are compared as written: `net/ipv4/tcp_rmem` is not in the default.
 */
export const limitSysctls = builtin({
  name: "limit-sysctls",
  description: "Pods must set only allowed sysctls",
  match: { resources: ["pods"], ephemeralContainers: false, resize: false },
  params: {
    /** Names, or the beginning of names and a `*`: `net.ipv4.*`. */
    allowed: z._default(
      z.array(z.string().check(z.minLength(1), z.regex(/^[^*]*\*?$/, "has a * that is not at its end"), noOuterBlanks)),
      SAFE,
    ),
  },
  validations: (on) => [
    on("spec.securityContext.sysctls[]", {
      fault: ({ name }, { params }) =>
        !params.allowed.some(
          (allowed) => allowed === name || (allowed.endsWith("*") && name.startsWith(allowed.split("*")[0] ?? "")),
        ),
      at: "name",
      message: ({ name }, { at, params }) =>
        `${at}: the Pod must not set the sysctl '${name}'; allowed are: ${params.allowed.length === 0 ? "none" : params.allowed.join(", ")}`,
    }),
  ],
});
