import * as z from "zod/mini";
import { builtin } from "../builtin.ts";

/**
 * Denies Pods that get a token for the API server without need: who enters a container can use it. A Pod must set
 * `automountServiceAccountToken` to false. The setting of its ServiceAccount is not seen, and does not count. A token in a
 * `projected` volume of the Pod's own is no fault.
 */
export const disallowAutomountedTokens = builtin({
  name: "disallow-automounted-tokens",
  description: "Pods must set automountServiceAccountToken to false",
  match: { resources: ["pods"], ephemeralContainers: false, resize: false },
  params: {
    /** ServiceAccounts whose Pods call the API server: `NAME` in all namespaces, or `NAMESPACE/NAME`. */
    allowed: z._default(
      z.array(
        z.string().check(z.regex(/^[a-z0-9.-]+(?:\/[a-z0-9.-]+)?$/, "is not NAME or NAMESPACE/NAME, without a *")),
      ),
      [],
    ),
  },
  validations: (on) => [
    on("", {
      fault: ({ spec }, { params, request }) => {
        const first = spec?.serviceAccountName ?? "";
        const named = first === "" ? (spec?.serviceAccount ?? "") : first;
        const name = named === "" ? "default" : named;
        return (
          spec?.automountServiceAccountToken !== false &&
          !params.allowed.some((allowed) => allowed === name || allowed === `${request.namespace}/${name}`)
        );
      },
      at: "spec.automountServiceAccountToken",
      message: ({ spec }, { at }) => {
        const first = spec?.serviceAccountName ?? "";
        const named = first === "" ? (spec?.serviceAccount ?? "") : first;
        return `${at}: the Pod must set automountServiceAccountToken to false, as its ServiceAccount '${named === "" ? "default" : named}' is not one that may call the API server`;
      },
    }),
  ],
});
