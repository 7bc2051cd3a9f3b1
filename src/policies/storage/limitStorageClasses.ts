import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { noOuterBlanks } from "../noOuterBlanks.ts";

const BETA = "volume.beta.kubernetes.io/storage-class";

/**
 * Denies PersistentVolumeClaims of other storage classes than the listed ones, and StatefulSets whose claims would be. The
 * older annotation `volume.beta.kubernetes.io/storage-class` counts before the field, as for Kubernetes. The API server sets
 * the default class before it asks, except in StatefulSets: a template without a class is judged when its claim is created.
 */
export const limitStorageClasses = builtin({
  name: "limit-storage-classes",
  description: "PersistentVolumeClaims must be of a listed storage class",
  match: {
    resources: ["persistentvolumeclaims", "statefulsets"],
    // Only controllers write a status.
    unasked: ["persistentvolumeclaims/status", "statefulsets/status"],
  },
  params: {
    /** Names of classes. The empty name is for claims without a class, which bind to volumes that an administrator made. */
    allowed: z
      .array(
        z.string().check(z.regex(/^[^*]*$/, "has a *; names are compared exactly, so give each one"), noOuterBlanks),
      )
      .check(z.minLength(1)),
  },
  validations: (on) => [
    on("spec.storageClassName", {
      data: { beta: BETA },
      fault: (name, { object, data, params }) =>
        object.metadata?.annotations?.[data.beta] === undefined && !params.allowed.includes(name),
      message: (name, { at, params }) =>
        `${at}: the storage class '${name}' is not allowed; use '${params.allowed.join("' or '")}'`,
    }),
    on("metadata.annotations{}", {
      when: ({ kind }) => kind === "PersistentVolumeClaim",
      data: { beta: BETA },
      fault: ({ key, value }, { data, params }) => key === data.beta && !params.allowed.includes(value),
      message: ({ value }, { at, params }) =>
        `${at}: the storage class '${value}' is not allowed; use '${params.allowed.join("' or '")}'`,
    }),
    on("", {
      when: ({ kind }) => kind === "PersistentVolumeClaim",
      data: { beta: BETA },
      fault: ({ metadata, spec }, { data, params }) =>
        !params.allowed.includes("") &&
        metadata?.annotations?.[data.beta] === undefined &&
        !("storageClassName" in (spec ?? {})),
      at: "spec.storageClassName",
      message: (_, { at, params }) => `${at}: the claim has no storage class; set '${params.allowed.join("' or '")}'`,
    }),
    on("spec.volumeClaimTemplates[]", {
      data: { beta: BETA },
      fault: ({ metadata, spec }, { data, params }) => {
        const name = metadata?.annotations?.[data.beta] ?? spec?.storageClassName;
        return name !== undefined && !params.allowed.includes(name);
      },
      at: "spec.storageClassName",
      message: ({ metadata, spec }, { at, data, params }) =>
        `${at}: the storage class '${metadata?.annotations?.[data.beta] ?? spec?.storageClassName ?? ""}' is not allowed; use '${params.allowed.join("' or '")}'`,
    }),
  ],
});
