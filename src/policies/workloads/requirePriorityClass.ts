import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exactNameOrAll } from "../exactName.ts";

/**
 * Denies Pods without a priority class, and with another one than the allowed: the class decides which Pods make way when nodes
 * are full. In a new Pod the API server sets the cluster's default class before it asks, but not in Pod templates.
 */
export const requirePriorityClass = builtin({
  name: "require-priority-class",
  description: "Pods must have an allowed priority class",
  match: { resources: ["pods"], ephemeralContainers: false, resize: false },
  params: {
    /** Names of priority classes; `*` for all. */
    allowed: z._default(z.array(exactNameOrAll), ["*"]),
    /** Whether Pods must name a class. Default: true. */
    required: z._default(z.boolean(), true),
  },
  contradiction: ({ allowed, required }) =>
    required && allowed.length === 0
      ? ["allowed", "is empty, but a class is required: no Pod could be created"]
      : undefined,
  validations: (on) => [
    on("", {
      fault: ({ spec }, { params }) => {
        const name = spec?.priorityClassName ?? "";
        if (name === "") return params.required;
        return !params.allowed.includes("*") && !params.allowed.includes(name);
      },
      at: "spec.priorityClassName",
      message: ({ spec }, { at, params }) =>
        (spec?.priorityClassName ?? "") === ""
          ? `${at}: the Pod must name a priority class${params.allowed.includes("*") ? "" : `; allowed are: ${params.allowed.join(", ")}`}`
          : `${at}: the Pod must not have the priority class '${spec?.priorityClassName ?? ""}'; allowed are: ${params.allowed.join(", ")}`,
    }),
  ],
});
