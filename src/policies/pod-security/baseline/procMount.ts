import type { Control, ControlValidations } from "../Control.ts";

/** `/proc` has the masks of the runtime. */
export const maskedProc: ControlValidations = (on) => [
  on("containers[]", {
    fault: (container) => (container.securityContext?.procMount ?? "Default") !== "Default",
    at: "securityContext.procMount",
    message: ({ name, securityContext }) =>
      `procMount (container "${name}" must not set securityContext.procMount to "${securityContext?.procMount ?? ""}")`,
  }),
];

/** `/proc` has the masks of the runtime. In a user namespace it needs none. */
export const procMount: Control = {
  id: "procMount",
  versions: [
    { since: 0, validations: maskedProc },
    { since: 35, except: "user-namespace", validations: maskedProc },
  ],
};
