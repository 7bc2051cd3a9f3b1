import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exactNameOrAll } from "../exactName.ts";
import { exemptImages } from "../exemptImages.ts";

/**
 * Denies containers with another seccomp profile than the allowed ones, by their own setting or that of the Pod. A profile
 * limits the calls to the kernel of the node. Windows has none.
 */
export const limitSeccompProfiles = builtin({
  name: "limit-seccomp-profiles",
  description: "Containers must have an allowed seccomp profile",
  match: { resources: ["pods"], resize: false },
  params: {
    /** `RuntimeDefault`, `Localhost` and `Unconfined`. */
    allowed: z._default(z.array(z.enum(["RuntimeDefault", "Localhost", "Unconfined"])).check(z.minLength(1)), [
      "RuntimeDefault",
      "Localhost",
    ]),
    /** The files of `Localhost` profiles, as `localhostProfile` names them; `*` for all. */
    localhostProfiles: z._default(z.array(exactNameOrAll), ["*"]),
    /** What a container has that sets no profile: `Unconfined`, except on kubelets with `seccompDefault: true`. */
    absent: z._default(z.enum(["Unconfined", "RuntimeDefault"]), "Unconfined"),
    /** Images of containers that are not judged, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) => [
    on("containers[]", {
      when: (pod) => pod.spec?.os?.name !== "windows",
      fault: ({ securityContext }, { object, params }) => {
        const profile = securityContext?.seccompProfile ?? object.spec?.securityContext?.seccompProfile;
        const type: string = profile?.type ?? params.absent;
        const allowed: readonly string[] = params.allowed;
        if (!allowed.includes(type)) return true;
        return (
          type === "Localhost" &&
          !params.localhostProfiles.includes("*") &&
          !params.localhostProfiles.includes(profile?.localhostProfile ?? "")
        );
      },
      at: "securityContext.seccompProfile",
      message: ({ name, securityContext }, { at, object, params }) => {
        const profile = securityContext?.seccompProfile ?? object.spec?.securityContext?.seccompProfile;
        const file = profile?.type === "Localhost" ? ` '${profile?.localhostProfile ?? ""}'` : "";
        return profile?.type === undefined
          ? `${at}: container '${name}', or its Pod, must set a seccomp profile: ${params.allowed.join(" or ")}`
          : `${at}: container '${name}', by its own setting or that of the Pod, must not have the seccomp profile ${profile.type}${file}`;
      },
    }),
  ],
});
