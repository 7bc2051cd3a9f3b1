import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";

/**
 * Denies images without a digest, of containers and of image volumes. A tag can be moved to another image; a digest names one
 * for ever, so what runs is what was tested. Digests are SHA-256, SHA-384 or SHA-512 in lower case, as runtimes accept them.
 */
export const requireImageDigests = builtin({
  name: "require-image-digests",
  description: "Images must have a digest",
  match: { resources: ["pods"], resize: false },
  params: {
    /** Images of containers that need no digest, with `*`. */
    exemptImages,
  },
  exemptImages: (params) => params.exemptImages,
  validations: (on) => [
    on("containers[]", {
      fault: ({ image }) =>
        !/^[^@ ]+@(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/.test(image ?? ""),
      at: "image",
      message: ({ name, image }, { at }) =>
        `${at}: the image '${image ?? ""}' of container '${name}' must have a digest: NAME@sha256:DIGEST`,
    }),
    on("spec.volumes[].image", {
      // The types have no image volumes yet (KEP-4639).
      fault: ({ reference }: ImageVolume) =>
        !/^[^@ ]+@(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/.test(reference ?? ""),
      at: "reference",
      message: ({ reference }: ImageVolume, { at }) =>
        `${at}: the image '${reference ?? ""}' of the volume must have a digest: NAME@sha256:DIGEST`,
    }),
  ],
});

interface ImageVolume {
  readonly reference?: string;
}
