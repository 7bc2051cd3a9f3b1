import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exactName } from "../exactName.ts";
import { exemptImages } from "../exemptImages.ts";

/**
 * Denies environment variables with values of Secrets. They end up in crash reports, in logs and in child processes, and keep
 * their value when the Secret changes. A mounted Secret does not.
 */
export const disallowSecretsInEnv = builtin({
  name: "disallow-secrets-in-env",
  description: "Environment variables must not have values of Secrets",
  match: { resources: ["pods"], resize: false },
  params: {
    /** The names of Secrets that variables may use. */
    allowed: z._default(z.array(exactName), []),
    /** Images of containers that may use all Secrets, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) => [
    on("containers[].env[]", {
      fault: ({ valueFrom }, { params }) =>
        valueFrom?.secretKeyRef != null && !params.allowed.includes(valueFrom.secretKeyRef.name ?? ""),
      at: "valueFrom.secretKeyRef",
      message: ({ name, valueFrom }, { at, container }) =>
        `${at}: container '${container.name}' has a value of the Secret '${valueFrom?.secretKeyRef?.name ?? ""}' in the variable '${name}'; mount the Secret as a volume`,
    }),
    on("containers[].envFrom[]", {
      fault: ({ secretRef }, { params }) => secretRef != null && !params.allowed.includes(secretRef.name ?? ""),
      at: "secretRef",
      message: ({ secretRef }, { at, container }) =>
        `${at}: container '${container.name}' has the values of the Secret '${secretRef?.name ?? ""}' in variables; mount the Secret as a volume`,
    }),
  ],
});
