import type { Control } from "../Control.ts";

/** Containers are not privileged. */
export const privileged: Control = {
  id: "privileged",
  versions: [
    {
      since: 0,
      validations: (on) => [
        on("containers[]", {
          fault: (container) => container.securityContext?.privileged === true,
          at: "securityContext.privileged",
          message: ({ name }) => `privileged (container "${name}" must not set securityContext.privileged=true)`,
        }),
      ],
    },
  ],
};
