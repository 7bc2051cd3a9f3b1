import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";

/**
 * Denies containers that may run as root, by their own settings or those of the Pod: root in a container has a short way to
 * the node, and so has ContainerAdministrator on Windows. A user id above 0 is as good as `runAsNonRoot`, and the user 0 is a fault with it too. Pods with a user namespace
 * (`hostUsers: false`) are allowed, as the Pod Security Standards allow them from v1.35 on: their root has no power outside.
 */
export const requireNonRoot = builtin({
  name: "require-non-root",
  description: "Containers must not run as root",
  match: { resources: ["pods"], resize: false },
  params: {
    /** Images of containers that may run as root, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) => [
    on("containers[]", {
      when: (pod) => pod.spec?.hostUsers !== false,
      fault: ({ securityContext }, { object }) =>
        (securityContext?.runAsUser ?? object.spec?.securityContext?.runAsUser) === 0,
      at: "securityContext.runAsUser",
      message: ({ name }, { at }) =>
        `${at}: container '${name}' must not have the user 0, by its own setting or that of the Pod`,
    }),
    on("containers[]", {
      // Windows has no user ids. The kubelet compares the name in any case (`verifyRunAsNonRoot`).
      fault: ({ securityContext }, { object }) =>
        /^ContainerAdministrator$/iu.test(
          securityContext?.windowsOptions?.runAsUserName ??
            object.spec?.securityContext?.windowsOptions?.runAsUserName ??
            "",
        ),
      at: "securityContext.windowsOptions.runAsUserName",
      message: ({ name }, { at }) =>
        `${at}: container '${name}' must not have the user ContainerAdministrator, by its own setting or that of the Pod`,
    }),
    on("containers[]", {
      when: (pod) => pod.spec?.hostUsers !== false,
      fault: ({ securityContext }, { object }) =>
        (securityContext?.runAsUser ?? object.spec?.securityContext?.runAsUser ?? -1) === -1 &&
        (securityContext?.runAsNonRoot ?? object.spec?.securityContext?.runAsNonRoot) !== true,
      at: "securityContext.runAsNonRoot",
      message: ({ name }, { at }) =>
        `${at}: container '${name}', or its Pod, must set runAsNonRoot to true or runAsUser to an id above 0`,
    }),
  ],
});
