import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";

/**
 * Denies containers of all kinds that can write to their root filesystem, where an intruder keeps tools. Programs that write
 * need an `emptyDir` volume. Windows has no such setting.
 */
export const requireReadOnlyRootFilesystem = builtin({
  name: "require-read-only-root-filesystem",
  description: "Containers must have a read-only root filesystem",
  match: { resources: ["pods"], resize: false },
  params: {
    /** Images of containers that may write, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) => [
    on("containers[]", {
      when: (pod) => pod.spec?.os?.name !== "windows",
      fault: (container) => container.securityContext?.readOnlyRootFilesystem !== true,
      at: "securityContext.readOnlyRootFilesystem",
      message: ({ name }, { at }) =>
        `${at}: container '${name}' must set readOnlyRootFilesystem to true, and write to volumes only`,
    }),
  ],
});
