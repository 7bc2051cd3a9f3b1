import type { Volume } from "kubernetes-types/core/v1.js";
import { deny, type Finding } from "../../policy/define/Finding.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { type BuiltinOptions, checkOptions } from "../BuiltinOptions.ts";
import { parseImageReference } from "./parseImageReference.ts";

/** Options of {@link disallowLatestTag}. */
export type DisallowLatestTagOptions = BuiltinOptions;

/**
 * Denies images that may change without a new name: the tag `latest` in any case (`Latest` is another tag for a registry,
 * but not for its users), or neither a tag nor a digest, which pulls `latest`. An image with a digest is allowed: the
 * runtime then ignores the tag. An invalid image reference is denied.
 *
 * Checks containers of all kinds, also ephemeral ones, and image volumes, in Pods and Pod templates. Returns one denial
 * for each image, with its path. Throws `PolicyDefinitionError`.
 */
export function disallowLatestTag(options: DisallowLatestTagOptions = {}): Policy {
  checkOptions("disallow-latest-tag", options, []);
  const { name = "disallow-latest-tag", namespaces = {} } = options;
  return policy({
    name,
    description: "Images must have a tag other than latest, or a digest",
    match: { resources: ["pods"], podTemplates: true, namespaces },
    validate: ({ object, path, containers }): Finding[] => {
      const images = [
        ...containers().map(({ container, path: at }) => ({ image: container.image, at: `${at}.image` })),
        ...imageVolumes(object.spec?.volumes).map(({ image, index }) => ({
          image,
          at: path("spec", "volumes", index, "image", "reference"),
        })),
      ];
      return images.flatMap(({ image, at }) => {
        const fault = faultOf(image);
        return fault === undefined ? [] : [deny(`${at}: ${fault}`)];
      });
    },
  });
}

function faultOf(image: unknown): string | undefined {
  if (image === undefined || image === null || image === "") return "the image is missing";
  if (typeof image !== "string") return "the image is not a string";
  const reference = parseImageReference(image);
  if (reference === undefined) return `${quoted(image)} is not an image reference`;
  if (reference.digest !== undefined) return undefined;
  if (reference.tag === undefined) return `image ${quoted(image)} has neither a tag nor a digest`;
  return reference.tag.toLowerCase() === "latest" ? `image ${quoted(image)} has the tag '${reference.tag}'` : undefined;
}

/** Reads image volumes (KEP-4639), which the types do not have yet. */
function imageVolumes(volumes: readonly Volume[] | undefined): { image: unknown; index: number }[] {
  return (volumes ?? []).flatMap((volume: unknown, index) => {
    const source = isJsonObject(volume) ? volume.image : undefined;
    return isJsonObject(source) ? [{ image: source.reference, index }] : [];
  });
}

/** Longer than image references are, and short enough to leave room for other denials. */
const MAX_QUOTED_LENGTH = 512;

function quoted(image: string): string {
  return `'${image.length <= MAX_QUOTED_LENGTH ? image : `${image.slice(0, MAX_QUOTED_LENGTH)}…`}'`;
}
