import type { Control, ControlValidations } from "../Control.ts";

const validations: ControlValidations = (on) => [
  on("containers[]", {
    fault: (container) => container.securityContext?.allowPrivilegeEscalation !== false,
    at: "securityContext.allowPrivilegeEscalation",
    message: ({ name }) =>
      `allowPrivilegeEscalation != false (container "${name}" must set securityContext.allowPrivilegeEscalation=false)`,
  }),
];

/** Processes cannot gain more privileges than their parent has. Windows has no such setting. */
export const allowPrivilegeEscalation: Control = {
  id: "allowPrivilegeEscalation",
  versions: [
    { since: 8, validations },
    { since: 25, except: "windows", validations },
  ],
};
