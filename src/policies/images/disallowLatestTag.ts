import { deny, type Finding } from "../../policy/define/Finding.ts";
import { type Policy, policy } from "../../policy/define/policy.ts";
import { applySettings } from "../../policy/validations/FindingSettings.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { matchesGlob } from "../../protocol/matchesGlob.ts";
import { checkValidatorOptions, type ValidatorOptions } from "../BuiltinOptions.ts";
import { readExemptImages } from "../exemptImages.ts";
import { parseImageReference } from "./parseImageReference.ts";

/** Options of {@link disallowLatestTag}. */
export interface DisallowLatestTagOptions extends ValidatorOptions {
  /** Images of containers that are not judged, with `*`. Default: none. */
  readonly exemptImages?: readonly string[];
}

/**
 * Denies images that may change without a new name: the tag `latest` in any case (`Latest` is another tag for a registry,
 * but not for its users), or neither a tag nor a digest, which pulls `latest`. An image with a digest is allowed: the
 * runtime then ignores the tag. An invalid image reference is denied.
 *
 * Checks containers of all kinds, also ephemeral ones, and image volumes, in Pods and Pod templates. Returns one denial
 * for each image, with its path. Throws `PolicyDefinitionError`.
 */
export function disallowLatestTag(options: DisallowLatestTagOptions = {}): Policy {
  checkValidatorOptions("disallow-latest-tag", options, ["exemptImages"]);
  const { name = "disallow-latest-tag", namespaces = {}, onExisting = "warn", podTemplates = true } = options;
  const exemptImages = readExemptImages(name, options.exemptImages);
  return policy({
    name,
    description: "Images must have a tag other than latest, or a digest",
    match: { resources: ["pods"], podTemplates, namespaces },
    onExisting,
    reportsEachFault: true,
    validate: (ctx): Finding[] => {
      const { object, path, containers } = ctx;
      const findings: Finding[] = [];
      for (const { container, path: of } of containers()) {
        const image = container.image ?? "";
        if (exemptImages.some((glob) => matchesGlob(glob, image))) continue;
        const fault = faultOf(container.image);
        if (fault !== undefined) findings.push(imageDenial(`${of}.image`, fault));
      }
      for (const [index, volume] of (object.spec?.volumes ?? []).entries()) {
        const fault = volumeFault(volume);
        if (fault !== undefined)
          findings.push(imageDenial(path("spec", "volumes", index, "image", "reference"), fault));
      }
      return applySettings(findings, ctx, options);
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
