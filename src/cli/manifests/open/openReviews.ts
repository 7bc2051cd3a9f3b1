import type { InputFault } from "../../terminal/InputFault.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { declaredResources } from "../declaredResources.ts";
import { findInputFiles, type InputFile, type SkippedPath } from "../findInputFiles.ts";
import type { Manifest } from "../parseManifests.ts";
import type { ManifestContext } from "../reviewOfManifest.ts";
import { type LocatedReview, locateReview } from "./locateReview.ts";
import { readInputText } from "./readInputText.ts";
import { type ReadFile, readManifestFile } from "./readManifestFile.ts";

/** Texts of inputs up to this length together stay in memory between the two passes. Others are read twice. */
const MAX_KEPT_LENGTH = 64 * 1024 * 1024;

/** The reviews below some paths, file by file. */
export interface OpenReviews {
  readonly files: number;
  /** Whether objects name owners, so that all of them have to be known before the first is judged. */
  readonly hasOwners: boolean;
  /** The reviews of one file after the other. To be read once. `faults` and `skipped` are complete at its end. */
  readonly byFile: AsyncGenerator<readonly LocatedReview[]>;
  readonly faults: readonly InputFault[];
  /** In the order of their names at the end. */
  readonly skipped: readonly SkippedPath[];
}

/**
 * Reads each object below some paths as a review. CustomResourceDefinitions among the objects give the resources of
 * custom objects, wherever they are: so there are two passes, and the first only looks for them. Captured AdmissionReviews are
 * taken as they are. Faults are returned and do not stop the other files.
 */
export async function openReviews(
  paths: readonly string[],
  context: ManifestContext,
  stdin: Terminal["stdin"],
): Promise<OpenReviews> {
  const found = await findInputFiles(paths);
  const faults = [...found.faults];
  const skipped = [...found.skipped];
  const kept = new Map<InputFile, string | InputFault | ReadFile>();
  const declared: Manifest[] = [];
  let keptLength = 0;
  let hasOwners = false;
  for (const file of found.files) {
    const read = await readInputText(file.path, stdin);
    if (!("text" in read)) kept.set(file, read);
    else {
      const { text, isFile } = read;
      hasOwners ||= text.includes("ownerReferences");
      const definitions = text.includes("CustomResourceDefinition")
        ? await readManifestFile(file, text, context.reviewCommand)
        : undefined;
      if (definitions !== undefined && "manifests" in definitions) {
        declared.push(...definitions.manifests);
        kept.set(file, definitions);
      } else if (!isFile || keptLength + text.length <= MAX_KEPT_LENGTH) {
        kept.set(file, text);
        keptLength += text.length;
      }
    }
  }
  const whole = { ...context, declared: declaredResources(declared.map(({ object }) => object)) };
  const byFile = reviewsByFile();
  return { files: found.files.length, hasOwners, byFile, faults, skipped };

  async function* reviewsByFile(): AsyncGenerator<readonly LocatedReview[]> {
    let count = 0;
    for (const file of found.files) {
      const read = await readAgain(file);
      if ("reason" in read) skipped.push(read);
      else {
        const reviews: LocatedReview[] = [];
        const own = [...read.faults];
        for (const manifest of read.manifests) {
          const located = locateReview(manifest, whole, count + reviews.length);
          if ("message" in located) own.push(located);
          else reviews.push(located);
        }
        faults.push(...own.sort((left, right) => (left.line ?? 0) - (right.line ?? 0)));
        count += reviews.length;
        yield reviews;
      }
    }
    skipped.sort((left, right) => (left.file < right.file ? -1 : 1));
  }

  async function readAgain(file: InputFile): Promise<ReadFile | SkippedPath> {
    const before = kept.get(file) ?? (await readInputText(file.path, stdin));
    kept.delete(file);
    if (typeof before === "string") return readManifestFile(file, before, context.reviewCommand);
    if ("text" in before) return readManifestFile(file, before.text, context.reviewCommand);
    return "message" in before ? { manifests: [], faults: [before] } : before;
  }
}
