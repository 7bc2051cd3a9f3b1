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
    /** The capabilities that containers must drop. A container that drops `ALL` drops them. Not demanded of Windows Pods. */
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
      fault: ({ securityContext }, { params }) =>
        !(securityContext?.capabilities?.drop ?? []).includes("ALL") &&
        params.requiredDrops.some((required) => !(securityContext?.capabilities?.drop ?? []).includes(required)),
      at: "securityContext.capabilities.drop",
      message: ({ name }, { at, params }) =>
        `${at}: container '${name}' must drop the capabilities ${params.requiredDrops.join(", ")}`,
    }),
  ],
});
