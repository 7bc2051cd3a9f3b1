import type { Control } from "../Control.ts";

const HANDLERS = [
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle.postStart",
  "lifecycle.preStop",
] as const;

/** Probes and lifecycle handlers call the Pod itself, and no other host. */
export const hostProbes: Control = {
  id: "hostProbesAndHostLifecycle",
  versions: [
    {
      since: 34,
      validations: (on) =>
        HANDLERS.flatMap((handler) =>
          (["httpGet", "tcpSocket"] as const).map((action) =>
            on(`containers[].${handler}.${action}`, {
              fault: ({ host }) => (host ?? "") !== "",
              at: "host",
              message: ({ host }, { container }) =>
                `probe or lifecycle host (container "${container.name}" uses probe or lifecycle host "${host ?? ""}")`,
            }),
          ),
        ),
    },
  ],
};
