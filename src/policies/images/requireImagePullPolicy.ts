import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";

/**
 * Denies containers and image volumes with another pull policy than the required one. With `Always`, each start asks the registry: a moved
 * tag is seen, and an image that a node has needs the credentials too. Where a container sets none, the default of the API
 * server counts: `Always` for the tag latest (also before a digest) or neither tag nor digest, else `IfNotPresent`.
 */
export const requireImagePullPolicy = builtin({
  name: "require-image-pull-policy",
  description: "Containers must have the required imagePullPolicy",
  match: { resources: ["pods"], resize: false },
  params: {
    /** `Always`, `IfNotPresent` or `Never`. */
    pullPolicy: z._default(z.enum(["Always", "IfNotPresent", "Never"]), "Always"),
    /** Which images are judged: `all`, only `tags` (those without a digest), or only `latest` (that tag, or none). */
    images: z._default(z.enum(["all", "tags", "latest"]), "all"),
    /** Images of containers that are not judged, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) => [
    on("containers[]", {
      fault: (container, { params }) => {
        const image = container.image ?? "";
        const pinned = /@/.test(image);
        const latest = !pinned && (/:latest$/.test(image) || !/:[\w.-]+$/.test(image));
        if (params.images === "tags" && pinned) return false;
        if (params.images === "latest" && !latest) return false;
        const absent = latest || /:latest@/.test(image) ? "Always" : "IfNotPresent";
        return (container.imagePullPolicy ?? absent) !== params.pullPolicy;
      },
      at: "imagePullPolicy",
      message: ({ name, image }, { at, params }) =>
        `${at}: container '${name}' with the image '${image ?? ""}' must have the imagePullPolicy ${params.pullPolicy}`,
    }),
    // An image volume (KEP-4639), which the types do not have yet, is pulled as the image of a container is.
    on("spec.volumes[].image", {
      fault: ({ reference, pullPolicy }: ImageVolume, { params }) => {
        const image = reference ?? "";
        const pinned = /@/.test(image);
        const latest = !pinned && (/:latest$/.test(image) || !/:[\w.-]+$/.test(image));
        if (params.images === "tags" && pinned) return false;
        if (params.images === "latest" && !latest) return false;
        const absent = latest || /:latest@/.test(image) ? "Always" : "IfNotPresent";
        return (pullPolicy ?? absent) !== params.pullPolicy;
      },
      at: "pullPolicy",
      message: ({ reference }: ImageVolume, { at, params }) =>
        `${at}: the volume with the image '${reference ?? ""}' must have the pullPolicy ${params.pullPolicy}`,
    }),
  ],
});

interface ImageVolume {
  readonly reference?: string;
  readonly pullPolicy?: string;
}
