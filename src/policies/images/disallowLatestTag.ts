import type { Volume } from "kubernetes-types/core/v1.js";
import { deny, type Finding } from "../../policy/define/Finding.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import type { BuiltinOptions } from "../BuiltinOptions.ts";
import { checkOptions } from "../checkOptions.ts";
import { parseImageReference } from "./parseImageReference.ts";

/** What {@link disallowLatestTag} takes. */
export type DisallowLatestTagOptions = BuiltinOptions;

/**
 * Refuses images whose content may change under one name: the tag `latest`, in any case (to a registry `Latest` is
 * another tag, to the people who push it the same), or neither tag nor digest, which pulls `latest`. An image with a
 * digest passes, for its tag then counts for nothing. What cannot be read as an image reference is refused too.
 *
 * Looks at the containers of all kinds, ephemeral ones included, and at image volumes, in Pods and in Pod templates.
 * One denial for each image, with its real path. Throws `PolicyDefinitionError`.
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
  if (image === undefined || image === null || image === "") return "no image is named";
  if (typeof image !== "string") return "the image is not a string";
  const reference = parseImageReference(image);
  if (reference === undefined) return `${quoted(image)} is no image reference`;
  if (reference.digest !== undefined) return undefined;
  if (reference.tag === undefined) return `image ${quoted(image)} has neither a tag nor a digest`;
  return reference.tag.toLowerCase() === "latest" ? `image ${quoted(image)} has the tag '${reference.tag}'` : undefined;
}

/** Image volumes (KEP-4639) are newer than the types. */
function imageVolumes(volumes: readonly Volume[] | undefined): { image: unknown; index: number }[] {
  return (volumes ?? []).flatMap((volume: unknown, index) => {
    const source = isJsonObject(volume) ? volume.image : undefined;
    return isJsonObject(source) ? [{ image: source.reference, index }] : [];
  });
}

/** Longer than images are, and short enough not to crowd out the other denials. */
const SHOWN = 512;

function quoted(image: string): string {
  return `'${image.length <= SHOWN ? image : `${image.slice(0, SHOWN)}…`}'`;
}
