import type { Control } from "../Control.ts";

/** Volumes are not folders of the node. */
export const hostPathVolumes: Control = {
  id: "hostPathVolumes",
  versions: [
    {
      since: 0,
      validations: (on) => [
        on("spec.volumes[]", {
          fault: (volume) => volume.hostPath != null,
          at: "hostPath",
          message: ({ name }) => `hostPath volumes (volume "${name}")`,
        }),
      ],
    },
  ],
};
