import type { Control } from "../Control.ts";

/** The default capabilities of container runtimes. */
const DEFAULT_CAPABILITIES = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];

/** Containers add no capability that runtimes do not have by default. */
export const capabilities: Control = {
  id: "capabilities_baseline",
  versions: [
    {
      since: 0,
      validations: (on) => [
        on("containers[].securityContext.capabilities.add[]", {
          data: { allowed: DEFAULT_CAPABILITIES },
          fault: (capability, { data }) => !data.allowed.includes(capability),
          message: (capability, { container }) =>
            `non-default capabilities (container "${container.name}" must not include "${capability}" in securityContext.capabilities.add)`,
        }),
      ],
    },
  ],
};
