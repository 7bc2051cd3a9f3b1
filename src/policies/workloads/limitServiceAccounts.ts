import * as z from "zod/mini";
import { builtin } from "../builtin.ts";

/**
 * Denies Pods with other ServiceAccounts than the allowed ones. By default only `default` is denied: all Pods of a namespace
 * that name no ServiceAccount share it, and so each right that one of them is given.
 */
export const limitServiceAccounts = builtin({
  name: "limit-service-accounts",
  description: "Pods must have an allowed ServiceAccount",
  match: { resources: ["pods"], ephemeralContainers: false, resize: false },
  params: {
    /** `NAME` in all namespaces, `NAMESPACE/NAME`, or `*` for all except the denied ones. */
    allowed: z._default(z.array(z.string().check(z.minLength(1))), ["*"]),
    /** As `allowed`, and before it. A Pod that names no ServiceAccount has `default`. */
    denied: z._default(z.array(z.string().check(z.minLength(1))), ["default"]),
  },
  validations: (on) => [
    on("", {
      fault: ({ spec }, { params, request }) => {
        const named = spec?.serviceAccountName ?? spec?.serviceAccount ?? "";
        const name = named === "" ? "default" : named;
        if (params.denied.some((denied) => denied === name || denied === `${request.namespace}/${name}`)) return true;
        return (
          !params.allowed.includes("*") &&
          !params.allowed.some((allowed) => allowed === name || allowed === `${request.namespace}/${name}`)
        );
      },
      at: "spec.serviceAccountName",
      message: ({ spec }, { at }) => {
        const named = spec?.serviceAccountName ?? spec?.serviceAccount ?? "";
        return `${at}: the Pod must not have the ServiceAccount '${named === "" ? "default" : named}'; name one that is allowed`;
      },
    }),
  ],
});
