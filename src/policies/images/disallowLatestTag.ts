import { type Policy, policy } from "../../policy/define/policy.ts";
import { validations } from "../../policy/validations/validations.ts";
import { checkValidatorOptions, type ValidatorOptions } from "../BuiltinOptions.ts";
import { readExemptImages } from "../exemptImages.ts";
import { noParams } from "../noParams.ts";
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
  const {
    name = "disallow-latest-tag",
    namespaces = {},
    onExisting = "warn",
    podTemplates = true,
    onTemplates,
    help,
  } = options;
  const exemptImages = readExemptImages(name, options.exemptImages);
  return policy({
    name,
    description: "Images must have a tag other than latest, or a digest",
    match: { resources: ["pods"], podTemplates, namespaces },
    onExisting,
    params: noParams,
    validate: validations(
      (on) => [
        on("containers[]", {
          data: { field: "image" },
          fault: mayChange,
          at: "image",
          message: ({ image }, { at }) => `${at}: ${faultOf(image)}`,
        }),
        // The types have no image volumes yet (KEP-4639).
        on("spec.volumes[].image", {
          data: { field: "reference" },
          fault: mayChange,
          at: "reference",
          message: ({ reference }: ImageFields, { at }) => `${at}: ${faultOf(reference)}`,
        }),
      ],
      { exemptImages: () => exemptImages, onTemplates, help },
    ),
  });
}

/** The field of a container or of an image volume. */
interface ImageFields {
  readonly image?: string;
  readonly reference?: string;
}

/** Whether an image is denied: as {@link parseImageReference} reads it, in what CEL can say. */
function mayChange(item: ImageFields, { data }: { readonly data: { readonly field: "image" | "reference" } }): boolean {
  const image = item[data.field] ?? "";
  if (typeof image !== "string" || image.length > 1024) return true;
  if (image.includes("@"))
    return !/^(?:[^\s@]*\/)?[^\s@/:]+(?::\w[\w.-]{0,127})?@(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/.test(
      image,
    );
  return !/^(?:\S*\/)?[^\s/:]+:\w[\w.-]{0,127}$/.test(image) || /:[lL][aA][tT][eE][sS][tT]$/.test(image);
}

/** What is wrong with an image that is denied. */
function faultOf(image: unknown): string {
  if (image === undefined || image === null || image === "") return "the image is missing";
  if (typeof image !== "string") return "the image is not a string";
  const reference = parseImageReference(image);
  if (reference === undefined) return `${quoted(image)} is not an image reference`;
  return reference.tag === undefined
    ? `image ${quoted(image)} has neither a tag nor a digest`
    : `image ${quoted(image)} has the tag '${reference.tag}'`;
}

/** Longer than image references are, and short enough to leave room for other denials. */
const MAX_QUOTED_LENGTH = 512;

function quoted(image: string): string {
  return `'${image.length <= MAX_QUOTED_LENGTH ? image : `${image.slice(0, MAX_QUOTED_LENGTH)}…`}'`;
}
