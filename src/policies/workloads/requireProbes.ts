import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";

const PROBES = [
  { kind: "readiness", field: "readinessProbe" },
  { kind: "liveness", field: "livenessProbe" },
  { kind: "startup", field: "startupProbe" },
] as const;

/**
 * Denies containers without the required probes: Kubernetes then sends requests to a container that cannot answer, or keeps one
 * that hangs. Sidecars need them too. Init and ephemeral containers have none, and Pods that end (`restartPolicy` Never
 * or OnFailure, as those of Jobs) need none.
 */
export const requireProbes = builtin({
  name: "require-probes",
  description: "Containers must have the required probes",
  match: { resources: ["pods"], ephemeralContainers: false, resize: false },
  params: {
    /** `readiness`, `liveness` and `startup`. */
    probes: z._default(z.array(z.enum(["readiness", "liveness", "startup"])).check(z.minLength(1)), [
      "readiness",
      "liveness",
    ]),
    /** Images of containers that need no probes, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) =>
    PROBES.map((data) =>
      on("containers[]", {
        data,
        when: (pod) => (pod.spec?.restartPolicy ?? "Always") === "Always",
        fault: (container, { object, params, data }) =>
          params.probes.includes(data.kind) &&
          container[data.field] == null &&
          !(object.spec?.initContainers ?? []).some(
            (init) => init.name === container.name && init.restartPolicy !== "Always",
          ),
        lookup: ({ object, params, data }) => {
          const inits = (object.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy !== "Always");
          const names = new Set(inits.map(({ name }) => name));
          const isAsked = params.probes.includes(data.kind);
          return (container) => isAsked && container[data.field] == null && !names.has(container.name);
        },
        at: data.field,
        message: ({ name }, { at, data }) => `${at}: container '${name}' must have a ${data.kind} probe`,
      }),
    ),
});
