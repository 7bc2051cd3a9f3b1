import type { Control, ControlValidations } from "../Control.ts";

const SAFE = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_unprivileged_port_start",
];
const SAFE_27 = [...SAFE, "net.ipv4.ip_local_reserved_ports"];
const SAFE_29 = [
  ...SAFE_27,
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
];
const SAFE_32 = [...SAFE_29, "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"];
const SAFE_37 = [...SAFE_32, "net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"];

function only(allowed: readonly string[]): ControlValidations {
  return (on) => [
    on("spec.securityContext.sysctls[]", {
      data: { allowed },
      fault: (sysctl, { data }) => !data.allowed.includes(sysctl.name),
      at: "name",
      message: (sysctl) => `forbidden sysctls (${sysctl.name})`,
    }),
  ];
}

/** Pods set only sysctls that change nothing outside of the Pod. */
export const sysctls: Control = {
  id: "sysctls",
  versions: [
    { since: 0, validations: only(SAFE) },
    { since: 27, validations: only(SAFE_27) },
    { since: 29, validations: only(SAFE_29) },
    { since: 32, validations: only(SAFE_32) },
    { since: 37, validations: only(SAFE_37) },
  ],
};
