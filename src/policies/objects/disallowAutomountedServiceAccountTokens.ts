import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exactName } from "../exactName.ts";

/**
 * Denies ServiceAccounts that do not set `automountServiceAccountToken: false`: each of their Pods gets a token for the API
 * server, and most call it never. A Pod that needs one sets the field itself. The ServiceAccount `default` is allowed when it
 * is created, because Kubernetes creates it without the field in each namespace.
 */
export const disallowAutomountedServiceAccountTokens = builtin({
  name: "disallow-automounted-service-account-tokens",
  description: "ServiceAccounts must set automountServiceAccountToken to false",
  match: { resources: ["serviceaccounts"] },
  params: {
    /** Names of ServiceAccounts whose Pods need the token. */
    allowed: z._default(z.array(exactName), []),
  },
  validations: (on) => [
    on("", {
      fault: ({ automountServiceAccountToken, metadata }, { params, request }) =>
        automountServiceAccountToken !== false &&
        !params.allowed.includes(metadata?.name ?? "") &&
        !(request.operation === "CREATE" && metadata?.name === "default"),
      // The field itself is often absent, and a missing member of the object is no path that an update is compared by.
      at: "metadata.name",
      message: ({ metadata }) =>
        `automountServiceAccountToken: the ServiceAccount '${metadata?.name ?? ""}' must set it to false; set it to true in the Pods that call the API server`,
    }),
  ],
});
