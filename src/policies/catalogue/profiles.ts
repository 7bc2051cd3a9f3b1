import { podSecurity } from "../pod-security/podSecurity.ts";
import { limitApparmorProfiles } from "../security/limitApparmorProfiles.ts";
import { limitProcMounts } from "../security/limitProcMounts.ts";
import { limitSeccompProfiles } from "../security/limitSeccompProfiles.ts";
import { limitSelinux } from "../security/limitSelinux.ts";
import { limitSysctls } from "../security/limitSysctls.ts";
import type { CatalogueEntry } from "./CatalogueEntry.ts";
import { podManifest } from "./podManifest.ts";

/** The Pod Security Standards as a whole, and the built-in policies on how the kernel confines containers. */
export const profiles: readonly CatalogueEntry[] = [
  {
    builtin: "podSecurity",
    make: () => podSecurity({ level: "restricted" }),
    options: '{ level: "restricted" }',
    why: "All controls of a level of the Pod Security Standards in one policy, with the verdict of the API server's own admission and messages for each fault.",
    controls: ["PSS restricted", "PSS baseline", "CIS 5.2.1", "NSA: Pod security enforcement"],
    fields: ["spec.hostUsers"],
    passing: podManifest(
      "securityContext:\n  allowPrivilegeEscalation: false\n  capabilities:\n    drop: [ALL]",
      "securityContext:\n  runAsNonRoot: true\n  seccompProfile:\n    type: RuntimeDefault",
    ),
    failing: podManifest("securityContext:\n  privileged: true"),
  },
  {
    builtin: "limitSeccompProfiles",
    make: () => limitSeccompProfiles(),
    options: "",
    why: "Without a profile, a container may make each call to the kernel of its node, also those that only exploits use.",
    controls: [
      "PSS restricted: Seccomp",
      "PSS baseline: Seccomp",
      "CIS 5.7.2",
      "NSA: Hardening container environments",
    ],
    fields: ["spec.securityContext.seccompProfile"],
    passing: podManifest("", "securityContext:\n  seccompProfile:\n    type: RuntimeDefault"),
    failing: podManifest("securityContext:\n  seccompProfile:\n    type: Unconfined"),
  },
  {
    builtin: "limitApparmorProfiles",
    make: () => limitApparmorProfiles({ localhostProfiles: ["web"] }),
    options: '{ localhostProfiles: ["web"] }',
    why: "AppArmor stops writes to the node's kernel settings that a container could make otherwise. Whoever turns it off loses that.",
    controls: ["PSS baseline: AppArmor", "NSA: Hardening container environments"],
    fields: ["metadata.annotations", "spec.securityContext.appArmorProfile"],
    passing: podManifest("securityContext:\n  appArmorProfile:\n    type: Localhost\n    localhostProfile: web"),
    failing: podManifest("securityContext:\n  appArmorProfile:\n    type: Unconfined"),
  },
  {
    builtin: "limitSelinux",
    make: () => limitSelinux(),
    options: "",
    why: "A container that chooses its SELinux type, user or role can choose one that is not confined, such as spc_t.",
    controls: ["PSS baseline: SELinux", "NSA: Hardening container environments"],
    fields: ["spec.securityContext.seLinuxOptions"],
    passing: podManifest("securityContext:\n  seLinuxOptions:\n    type: container_t\n    level: s0:c123,c456"),
    failing: podManifest("securityContext:\n  seLinuxOptions:\n    type: spc_t"),
  },
  {
    builtin: "limitProcMounts",
    make: () => limitProcMounts(),
    options: "",
    why: "Runtimes hide the parts of /proc that tell of the node and change its kernel. An unmasked /proc shows them.",
    controls: ["PSS baseline: /proc Mount Type"],
    passing: podManifest("securityContext:\n  procMount: Default"),
    failing: podManifest("securityContext:\n  procMount: Unmasked"),
  },
  {
    builtin: "limitSysctls",
    make: () => limitSysctls(),
    options: "",
    why: "Many sysctls are those of the whole node: a Pod that sets one changes or stops the others there.",
    controls: ["PSS baseline: Sysctls"],
    passing: podManifest("", 'securityContext:\n  sysctls:\n    - name: net.ipv4.tcp_syncookies\n      value: "1"'),
    failing: podManifest("", 'securityContext:\n  sysctls:\n    - name: kernel.msgmax\n      value: "65536"'),
  },
];
