import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";

const FAULT = "is not a capability in capital letters without CAP_, such as NET_ADMIN";
const capability = z.string().check(z.regex(/^(?!CAP_)[A-Z][A-Z0-9_]*$/, FAULT));
const capabilityOrAll = z.string().check(z.regex(/^(?:\*|(?!CAP_)[A-Z][A-Z0-9_]*)$/, FAULT));

/**
 * Denies containers that add capabilities other than the allowed ones, or that do not drop the required ones. The defaults are
 * those of the level restricted of the Pod Security Standards. Names are compared exactly, without the prefix `CAP_`.
 */
export const limitCapabilities = builtin({
  name: "limit-capabilities",
  description: "Containers must add only allowed capabilities, and drop the required ones",
  match: { resources: ["pods"], resize: false },
  params: {
    /** The capabilities that containers may add; `*` for all. */
    allowed: z._default(z.array(capabilityOrAll), ["NET_BIND_SERVICE"]),
    /**
     * The capabilities that containers must drop. A container that drops `ALL` drops them, except those that it adds. Not
     * demanded of Windows Pods.
     */
    requiredDrops: z._default(z.array(capability), ["ALL"]),
    /** Images of containers that are not judged, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) => [
    on("containers[].securityContext.capabilities.add[]", {
      fault: (capability, { params }) => !params.allowed.includes("*") && !params.allowed.includes(capability),
      message: (capability, { at, container, params }) =>
        `${at}: container '${container.name}' must not add the capability ${capability}; allowed are: ${params.allowed.length === 0 ? "none" : params.allowed.join(", ")}`,
    }),
    on("containers[]", {
      when: (pod) => pod.spec?.os?.name !== "windows",
      // Runtimes drop ALL, add what is named, and drop what is named, in this order. Some read small letters and CAP_ as well.
      fault: ({ securityContext }, { params }) => {
        const add = securityContext?.capabilities?.add ?? [];
        const drop = securityContext?.capabilities?.drop ?? [];
        return params.requiredDrops.some(
          (required) =>
            !drop.includes(required) &&
            (!drop.includes("ALL") ||
              (required !== "ALL" &&
                add.some((it) => it === required || it.startsWith("CAP_") || !/^[A-Z0-9_]*$/.test(it)))),
        );
      },
      at: "securityContext.capabilities.drop",
      message: ({ name, securityContext }, { at, params }) => {
        const add = securityContext?.capabilities?.add ?? [];
        const drop = securityContext?.capabilities?.drop ?? [];
        return `${at}: container '${name}' must drop the capabilities ${params.requiredDrops.join(", ")}${
          drop.includes("ALL") ? ` by their names, as it adds ${add.join(", ")} after it has dropped ALL` : ""
        }`;
      },
    }),
  ],
});
