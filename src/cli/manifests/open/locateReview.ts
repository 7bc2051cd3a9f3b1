import { isJsonObject } from "../../../protocol/Json.ts";
import { decodeAdmissionReview } from "../../../protocol/review/decodeAdmissionReview.ts";
import type { Review } from "../../../protocol/review/Review.ts";
import type { InputFault } from "../../terminal/InputFault.ts";
import { knownResource } from "../declaredResources.ts";
import { kindNote } from "../kindNote.ts";
import type { Manifest } from "../parseManifests.ts";
import { type ManifestContext, reviewOfManifest } from "../reviewOfManifest.ts";

/** A review to judge, with the file and line of its source. */
export interface LocatedReview {
  readonly file: string;
  readonly line: number;
  readonly review: Review;
  /** Whether its resource and its scope are derived from the name of its kind only. */
  readonly isGuess: boolean;
  /** What the input itself says against the object. */
  readonly notes: readonly string[];
}

/** The review of a manifest, which is the `index`-th of its run. A captured AdmissionReview is taken as it is. */
export function locateReview(
  { file, line, object }: Manifest,
  context: ManifestContext,
  index: number,
): LocatedReview | InputFault {
  if (object.kind === "AdmissionReview") {
    const decoded = decodeAdmissionReview(object);
    return decoded.ok
      ? { file, line, review: decoded.value, isGuess: false, notes: [] }
      : { file, line, message: `${decoded.fault.path}: ${decoded.fault.expected}` };
  }
  if (object.kind === "ConversionReview")
    return { file, line, message: "is a ConversionReview; only objects and AdmissionReviews can be judged" };
  const review = reviewOfManifest(object, context, `review-${index + 1}`);
  if (review === undefined) return { file, line, message: "metadata: expected an object" };
  const { group, kind, version } = review.kind;
  const { isGuess, versions } = knownResource(group, kind, context.declared);
  const note = `the CustomResourceDefinition of ${kind} serves ${versions?.join(", ") || "no version"}, not ${version}`;
  const otherKind = kindNote(group, version, kind);
  const notes = [
    ...(versions?.includes(version) === false ? [note] : []),
    ...(otherKind === undefined ? [] : [otherKind]),
    ...templateNotes(object.metadata),
  ];
  return { file, line, review, isGuess, notes };
}

/** A note for each name in the metadata that a tool such as envsubst has to fill in. */
function templateNotes(metadata: unknown): string[] {
  if (!isJsonObject(metadata)) return [];
  return ["name", "namespace"].flatMap((key) => {
    const text = String(metadata[key] ?? "");
    const part = /\$\{\w+\}/.exec(text)?.[0] ?? (text.includes("{{") ? "{{ … }}" : undefined);
    return part === undefined ? [] : [`metadata.${key} looks like a template that was not filled in: ${part}`];
  });
}
