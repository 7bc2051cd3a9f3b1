import * as z from "zod/mini";
import { builtin } from "../builtin.ts";

const RESTRICTED = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/** Types that are not in lower case. Another writing of one would allow nothing. */
const MIXED_CASE = [
  ...RESTRICTED,
  "awsElasticBlockStore",
  "azureDisk",
  "azureFile",
  "flexVolume",
  "gcePersistentDisk",
  "gitRepo",
  "hostPath",
  "portworxVolume",
  "scaleIO",
  "vsphereVolume",
];

/**
 * Denies volumes of other types than the allowed ones. The default is that of the level restricted of the Pod Security
 * Standards: no way to the node, and storage only through claims. A type that Postern does not know is denied too.
 */
export const limitVolumeTypes = builtin({
  name: "limit-volume-types",
  description: "Volumes must have an allowed type",
  match: { resources: ["pods"], ephemeralContainers: false, resize: false },
  params: {
    /** Types, as the members of a volume are named: `configMap`, `hostPath`. */
    allowed: z._default(
      z.array(
        z.string().check(
          z.regex(/^[A-Za-z]+$/, "is not the name of a member of a volume, such as configMap"),
          z.refine(
            (type) => !MIXED_CASE.some((it) => it !== type && it.toLowerCase() === type.toLowerCase()),
            "is written otherwise in volumes, such as configMap",
          ),
        ),
      ),
      RESTRICTED,
    ),
  },
  validations: (on) => [
    on("spec.volumes[]", {
      fault: (volume, { params }) => Object.keys(volume).some((key) => key !== "name" && !params.allowed.includes(key)),
      message: (volume, { at, params }) =>
        `${at}: the volume '${volume.name}' must not have the type ${Object.keys(volume)
          .filter((key) => key !== "name" && !params.allowed.includes(key))
          .join(", ")}; allowed are: ${params.allowed.length === 0 ? "none" : params.allowed.join(", ")}`,
    }),
  ],
});
