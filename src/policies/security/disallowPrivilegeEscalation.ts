import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";

/**
 * Denies containers whose processes can gain more privileges than their parent has, as with a setuid program. The default
 * of Kubernetes is that they can. Windows has no such setting.
 */
export const disallowPrivilegeEscalation = builtin({
  name: "disallow-privilege-escalation",
  description: "Containers must set allowPrivilegeEscalation to false",
  match: { resources: ["pods"], resize: false },
  params: {
    /** Images of containers that may escalate, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) => [
    on("containers[]", {
      when: (pod) => pod.spec?.os?.name !== "windows",
      fault: (container) => container.securityContext?.allowPrivilegeEscalation !== false,
      at: "securityContext.allowPrivilegeEscalation",
      message: ({ name }, { at }) => `${at}: container '${name}' must set allowPrivilegeEscalation to false`,
    }),
  ],
});
