import type { Volume } from "kubernetes-types/core/v1.js";
import type { Control } from "../Control.ts";

/** With the type that is newer than the types of Kubernetes' API here. */
interface VolumeOrImage extends Volume {
  readonly image?: object;
}

const RESTRICTED_TYPES = [
  "hostPath",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "gitRepo",
  "nfs",
  "iscsi",
  "glusterfs",
  "rbd",
  "flexVolume",
  "cinder",
  "cephfs",
  "flocker",
  "fc",
  "azureFile",
  "vsphereVolume",
  "quobyte",
  "azureDisk",
  "photonPersistentDisk",
  "portworxVolume",
  "scaleIO",
  "storageos",
] as const;

/** Volumes have one of the types that give no way to the node or to a network. */
export const volumeTypes: Control = {
  id: "restrictedVolumes",
  replaces: "hostPathVolumes",
  versions: [
    {
      since: 0,
      validations: (on) => [
        on("spec.volumes[]", {
          fault: (volume: VolumeOrImage) =>
            volume.configMap == null &&
            volume.csi == null &&
            volume.downwardAPI == null &&
            volume.emptyDir == null &&
            volume.ephemeral == null &&
            volume.image == null &&
            volume.persistentVolumeClaim == null &&
            volume.projected == null &&
            volume.secret == null,
          data: { types: RESTRICTED_TYPES },
          message: (volume, { data }) =>
            `restricted volume types (volume "${volume.name}" uses restricted volume type "${data.types.filter((type) => volume[type] != null)[0] ?? "unknown"}")`,
        }),
      ],
    },
  ],
};
