import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";

/** Kubernetes takes ids up to this one. */
const MAX_ID = 2147483647;
const id = z.int().check(z.minimum(0), z.maximum(MAX_ID));
const range = z
  .strictObject({ min: id, max: id })
  .check(z.refine(({ min, max }) => min <= max, "has a min above its max"));
const ranges = z._default(z.array(range), [{ min: 1, max: MAX_ID }]);

const OF_CONTAINERS = [{ field: "runAsUser" }, { field: "runAsGroup" }] as const;

/**
 * Denies ids of users and groups outside of the allowed ranges. A container has the id of the Pod where it sets none. By default
 * only the id 0 of root is denied, and an id may be absent: the image then chooses it. Windows has no ids.
 */
export const limitUserIds = builtin({
  name: "limit-user-ids",
  description: "Users and groups must have allowed ids",
  match: { resources: ["pods"], resize: false },
  params: {
    /** The allowed ids of users. */
    runAsUser: ranges,
    /** The allowed ids of primary groups. */
    runAsGroup: ranges,
    /** The allowed ids of the group that owns volumes. */
    fsGroup: ranges,
    /** The allowed ids of further groups. */
    supplementalGroups: ranges,
    /** What must be set. */
    required: z._default(z.array(z.enum(["runAsUser", "runAsGroup", "fsGroup"])), []),
    /** Images of containers whose `runAsUser` and `runAsGroup` are not judged, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  contradiction: (params) => {
    const none = params.required.find((field) => params[field].length === 0);
    return none === undefined ? undefined : [none, "is empty, but an id is required: no Pod could be created"];
  },
  validations: (on) => [
    ...OF_CONTAINERS.map((data) =>
      on("containers[]", {
        data,
        when: (pod) => pod.spec?.os?.name !== "windows",
        fault: ({ securityContext }, { object, params, data }) => {
          const value = securityContext?.[data.field] ?? object.spec?.securityContext?.[data.field] ?? -1;
          if (value === -1) return params.required.includes(data.field);
          return !params[data.field].some(({ min, max }) => min <= value && value <= max);
        },
        at: `securityContext.${data.field}`,
        message: ({ name, securityContext }, { at, object, params, data }) => {
          const value = securityContext?.[data.field] ?? object.spec?.securityContext?.[data.field] ?? -1;
          const ranges = params[data.field].map(({ min, max }) => `${min} to ${max}`).join(", ");
          return value === -1
            ? `${at}: container '${name}', or its Pod, must set ${data.field} to an id in ${ranges}`
            : `${at}: container '${name}', by its own setting or that of the Pod, has the ${data.field} ${value}, which is not ${ranges === "" ? "allowed" : `in ${ranges}`}`;
        },
      }),
    ),
    on("", {
      when: (pod) => pod.spec?.os?.name !== "windows",
      fault: ({ spec }, { params }) => {
        const value = spec?.securityContext?.fsGroup ?? -1;
        if (value === -1) return params.required.includes("fsGroup");
        return !params.fsGroup.some(({ min, max }) => min <= value && value <= max);
      },
      at: "spec.securityContext.fsGroup",
      message: ({ spec }, { at, params }) => {
        const value = spec?.securityContext?.fsGroup ?? -1;
        const ranges = params.fsGroup.map(({ min, max }) => `${min} to ${max}`).join(", ");
        return value === -1
          ? `${at}: the Pod must set fsGroup to an id in ${ranges}`
          : `${at}: the Pod has the fsGroup ${value}, which is not ${ranges === "" ? "allowed" : `in ${ranges}`}`;
      },
    }),
    on("spec.securityContext.supplementalGroups[]", {
      fault: (group, { params }) => !params.supplementalGroups.some(({ min, max }) => min <= group && group <= max),
      message: (group, { at, params }) => {
        const ranges = params.supplementalGroups.map(({ min, max }) => `${min} to ${max}`).join(", ");
        return `${at}: the Pod has the group ${group}, which is not ${ranges === "" ? "allowed" : `in ${ranges}`}`;
      },
    }),
  ],
});
