import * as z from "zod/mini";
import { builtin } from "../builtin.ts";

const MODE = /^(?:ReadWriteOnce|ReadWriteOncePod|ReadOnlyMany|ReadWriteMany)$/;

/**
 * Denies PersistentVolumeClaims with other access modes than the allowed ones, and StatefulSets whose claims would have them.
 * Many storage classes cannot share a volume between nodes: such a claim waits without end, or is slow.
 */
export const limitAccessModes = builtin({
  name: "limit-access-modes",
  description: "PersistentVolumeClaims must have allowed access modes",
  match: { resources: ["persistentvolumeclaims", "statefulsets"] },
  params: {
    /** Default: all but `ReadWriteMany`. */
    allowed: z._default(z.array(z.string().check(z.regex(MODE, "is not an access mode"))).check(z.minLength(1)), [
      "ReadWriteOnce",
      "ReadWriteOncePod",
      "ReadOnlyMany",
    ]),
  },
  validations: (on) =>
    (["spec.accessModes[]", "spec.volumeClaimTemplates[].spec.accessModes[]"] as const).map((each) =>
      on(each, {
        fault: (mode, { params }) => !params.allowed.includes(mode),
        message: (mode, { at, params }) =>
          `${at}: the access mode ${mode} is not allowed; use ${params.allowed.join(" or ")}`,
      }),
    ),
});
