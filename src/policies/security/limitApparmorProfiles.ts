import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exactNameOrAll } from "../exactName.ts";
import { exemptImages } from "../exemptImages.ts";

const PREFIX = "container.apparmor.security.beta.kubernetes.io/";

/**
 * Denies containers with another AppArmor profile than the allowed ones: by their own setting, by the annotation that clusters
 * before v1.30 have, or by the setting of the Pod, in this order. A container without one has that of the runtime.
 */
export const limitApparmorProfiles = builtin({
  name: "limit-apparmor-profiles",
  description: "Containers must have an allowed AppArmor profile",
  match: { resources: ["pods"], resize: false },
  params: {
    /** `RuntimeDefault`, `Localhost` and `Unconfined`. */
    allowed: z._default(z.array(z.enum(["RuntimeDefault", "Localhost", "Unconfined"])).check(z.minLength(1)), [
      "RuntimeDefault",
      "Localhost",
    ]),
    /** The names of `Localhost` profiles; `*` for all. */
    localhostProfiles: z._default(z.array(exactNameOrAll), ["*"]),
    /** Images of containers that are not judged, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) => [
    on("containers[]", {
      data: { prefix: PREFIX },
      fault: ({ name, securityContext }, { object, params, data }) => {
        const own = securityContext?.appArmorProfile;
        const annotation = object.metadata?.annotations?.[data.prefix + name] ?? "";
        // The API server makes no profile of another value, so that of the Pod counts (`ApparmorFieldForAnnotation`).
        const annotated =
          annotation === "unconfined" ||
          annotation === "runtime/default" ||
          (annotation.startsWith("localhost/") && annotation !== "localhost/");
        const profile = own ?? object.spec?.securityContext?.appArmorProfile;
        const type: string = profile?.type ?? "RuntimeDefault";
        const allowed: readonly string[] = params.allowed;
        if (own == null && annotated) return false;
        if (!allowed.includes(type)) return true;
        return (
          type === "Localhost" &&
          !params.localhostProfiles.includes("*") &&
          !params.localhostProfiles.includes(profile?.localhostProfile ?? "")
        );
      },
      at: "securityContext.appArmorProfile",
      message: ({ name, securityContext }, { at, object }) => {
        const profile = securityContext?.appArmorProfile ?? object.spec?.securityContext?.appArmorProfile;
        const file = profile?.type === "Localhost" ? ` '${profile?.localhostProfile ?? ""}'` : "";
        return `${at}: container '${name}', by its own setting or that of the Pod, must not have the AppArmor profile ${profile?.type ?? "RuntimeDefault"}${file}`;
      },
    }),
    on("containers[]", {
      data: { prefix: PREFIX },
      fault: ({ name, securityContext }, { object, params, data }) => {
        const value = object.metadata?.annotations?.[data.prefix + name] ?? "";
        const allowed: readonly string[] = params.allowed;
        if (securityContext?.appArmorProfile != null || value === "") return false;
        if (value === "runtime/default") return !allowed.includes("RuntimeDefault");
        if (!value.startsWith("localhost/")) return value !== "unconfined" || !allowed.includes("Unconfined");
        return (
          !allowed.includes("Localhost") ||
          (!params.localhostProfiles.includes("*") &&
            !params.localhostProfiles.some((profile) => value === `localhost/${profile}`))
        );
      },
      at: "securityContext.appArmorProfile",
      message: ({ name }, { at, object, data }) =>
        `${at}: container '${name}' must not have the AppArmor profile '${
          object.metadata?.annotations?.[data.prefix + name] ?? ""
        }' of the annotation ${data.prefix + name}`,
    }),
  ],
});
