import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";

/** Denies containers whose `/proc` lacks the masks of the runtime, which hide parts of the node's kernel. */
export const limitProcMounts = builtin({
  name: "limit-proc-mounts",
  description: "Containers must have an allowed procMount",
  match: { resources: ["pods"], resize: false },
  params: {
    /** `Default` and `Unmasked`. A container that sets none has `Default`. */
    allowed: z._default(z.array(z.enum(["Default", "Unmasked"])).check(z.minLength(1)), ["Default"]),
    /** Images of containers that are not judged, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) => [
    on("containers[]", {
      fault: ({ securityContext }, { params }) => {
        const allowed: readonly string[] = params.allowed;
        return !allowed.includes(securityContext?.procMount ?? "Default");
      },
      at: "securityContext.procMount",
      message: ({ name, securityContext }, { at, params }) =>
        `${at}: container '${name}' must not have the procMount ${securityContext?.procMount ?? "Default"}; allowed are: ${params.allowed.join(", ")}`,
    }),
  ],
});
