import * as z from "zod/mini";
import { builtin } from "../builtin.ts";

const account = z
  .string()
  .check(z.regex(/^[a-z0-9.-]+(?:\/[a-z0-9.-]+)?$/, "is not NAME or NAMESPACE/NAME, without a *"));
const accountOrAll = z
  .string()
  .check(z.regex(/^(?:\*|[a-z0-9.-]+(?:\/[a-z0-9.-]+)?)$/, "is not NAME, NAMESPACE/NAME, or * for all"));

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
    allowed: z._default(z.array(accountOrAll), ["*"]),
    /** As `allowed`, and before it. A Pod that names no ServiceAccount has `default`. */
    denied: z._default(z.array(account), ["default"]),
  },
  validations: (on) => [
    on("", {
      fault: ({ spec }, { params, request }) => {
        const first = spec?.serviceAccountName ?? "";
        const named = first === "" ? (spec?.serviceAccount ?? "") : first;
        const name = named === "" ? "default" : named;
        if (params.denied.some((denied) => denied === name || denied === `${request.namespace}/${name}`)) return true;
        return (
          !params.allowed.includes("*") &&
          !params.allowed.some((allowed) => allowed === name || allowed === `${request.namespace}/${name}`)
        );
      },
      at: "spec.serviceAccountName",
      message: ({ spec }, { at, params }) => {
        const first = spec?.serviceAccountName ?? "";
        const named = first === "" ? (spec?.serviceAccount ?? "") : first;
        return `${at}: the Pod must not have the ServiceAccount '${named === "" ? "default" : named}'; ${
          params.allowed.includes("*")
            ? "name one of its own"
            : `allowed are: ${params.allowed.length === 0 ? "none" : params.allowed.join(", ")}`
        }`;
      },
    }),
  ],
});
