import { deny, type Finding } from "../../policy/define/Finding.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { checkOptions, type ValidatorOptions } from "../BuiltinOptions.ts";
import { parseImageReference } from "./parseImageReference.ts";

/** Options of {@link disallowLatestTag}. */
export type DisallowLatestTagOptions = ValidatorOptions;

/**
 * Denies images that may change without a new name: the tag `latest` in any case (`Latest` is another tag for a registry,
 * but not for its users), or neither a tag nor a digest, which pulls `latest`. An image with a digest is allowed: the
 * runtime then ignores the tag. An invalid image reference is denied.
 *
 * Checks containers of all kinds, also ephemeral ones, and image volumes, in Pods and Pod templates. Returns one denial
 * for each image, with its path. Throws `PolicyDefinitionError`.
 */
export function disallowLatestTag(options: DisallowLatestTagOptions = {}): Policy {
  checkOptions("disallow-latest-tag", options, ["onExisting", "podTemplates"]);
  const { name = "disallow-latest-tag", namespaces = {}, onExisting = "warn", podTemplates = true } = options;
  return policy({
    name,
    description: "Images must have a tag other than latest, or a digest",
    match: { resources: ["pods"], podTemplates, namespaces },
    onExisting,
    reportsEachFault: true,
    validate: ({ object, path, containers }): Finding[] => {
      const findings: Finding[] = [];
      for (const { container, path: of } of containers()) {
        const fault = faultOf(container.image);
        if (fault !== undefined) findings.push(imageDenial(`${of}.image`, fault));
      }
      for (const [index, volume] of (object.spec?.volumes ?? []).entries()) {
        const fault = volumeFault(volume);
        if (fault !== undefined)
          findings.push(imageDenial(path("spec", "volumes", index, "image", "reference"), fault));
      }
      return findings;
    },
  });
}

function imageDenial(at: string, fault: string): Finding {
  return deny(`${at}: ${fault}`, { at });
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

/** The fault of an image volume (KEP-4639), which the types do not have yet; undefined for another volume. */
function volumeFault(volume: unknown): string | undefined {
  const source = isJsonObject(volume) ? volume.image : undefined;
  return isJsonObject(source) ? faultOf(source.reference) : undefined;
}

/** Longer than image references are, and short enough to leave room for other denials. */
const MAX_QUOTED_LENGTH = 512;

function quoted(image: string): string {
  return `'${image.length <= MAX_QUOTED_LENGTH ? image : `${image.slice(0, MAX_QUOTED_LENGTH)}…`}'`;
}
