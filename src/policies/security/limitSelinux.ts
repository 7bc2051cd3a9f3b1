import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exactNameOrAll } from "../exactName.ts";
import { exemptImages } from "../exemptImages.ts";

const MEMBERS = [
  { member: "type", list: "types" },
  { member: "user", list: "users" },
  { member: "role", list: "roles" },
  { member: "level", list: "levels" },
] as const;

const texts = z.array(exactNameOrAll);

/**
 * Denies containers with other SELinux options than the allowed ones, by their own settings or those of the Pod. A container
 * with options of its own has none of the Pod's. What is absent or empty is chosen by the runtime, and allowed. The
 * defaults for type, user and role are those of the newest Pod Security Standards.
 */
export const limitSelinux = builtin({
  name: "limit-selinux",
  description: "Containers must have allowed SELinux options",
  match: { resources: ["pods"], resize: false },
  params: {
    /** The allowed values of `type`; `*` for all. */
    types: z._default(texts, ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"]),
    /** The allowed values of `user`; `*` for all. */
    users: z._default(texts, []),
    /** The allowed values of `role`; `*` for all. */
    roles: z._default(texts, []),
    /** The allowed values of `level`; `*` for all. */
    levels: z._default(texts, ["*"]),
    /** Images of containers that are not judged, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) =>
    MEMBERS.map((data) =>
      on("containers[]", {
        data,
        fault: ({ securityContext }, { object, params, data }) => {
          const options = securityContext?.seLinuxOptions ?? object.spec?.securityContext?.seLinuxOptions;
          const value = options?.[data.member] ?? "";
          return value !== "" && !params[data.list].includes("*") && !params[data.list].includes(value);
        },
        at: `securityContext.seLinuxOptions.${data.member}`,
        message: ({ name, securityContext }, { at, object, data }) => {
          const options = securityContext?.seLinuxOptions ?? object.spec?.securityContext?.seLinuxOptions;
          return `${at}: container '${name}', by its own settings or those of the Pod, must not have the SELinux ${data.member} '${options?.[data.member] ?? ""}'`;
        },
      }),
    ),
});
