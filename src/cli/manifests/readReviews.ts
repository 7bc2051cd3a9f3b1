import { createReadStream } from "node:fs";
import { isJsonObject } from "../../protocol/Json.ts";
import { decodeAdmissionReview } from "../../protocol/review/decodeAdmissionReview.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { InputFault } from "../terminal/InputFault.ts";
import { readFault } from "../terminal/readFault.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { declaredResources, knownResource } from "./declaredResources.ts";
import { findInputFiles, type InputFile, type SkippedPath } from "./findInputFiles.ts";
import { kindNote } from "./kindNote.ts";
import { KUSTOMIZE_INPUT, kustomizationUsing } from "./kustomizeInputs.ts";
import { helmTemplate, howToRender, isOtherDocument, mentionsObject, type NotManifest } from "./notManifest.ts";
import { hasOnlyComments, type Manifest, parseManifests } from "./parseManifests.ts";
import { type ManifestContext, reviewOfManifest } from "./reviewOfManifest.ts";

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

/** Far more than any manifest needs: etcd accepts objects up to 1.5 MiB. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

/** All that was found below some paths. */
export interface ReadReviews {
  readonly reviews: readonly LocatedReview[];
  readonly faults: readonly InputFault[];
  readonly skipped: readonly SkippedPath[];
}

/** What was read of one file. */
interface ReadFile {
  readonly manifests: readonly Manifest[];
  readonly faults: readonly InputFault[];
}

/**
 * Reads each object below some paths as a review. CustomResourceDefinitions among the objects give the resources of
 * custom objects, wherever they are. Captured AdmissionReviews are taken as they are. Faults are returned and do not stop
 * the other files. A file that was found in a folder and is no manifest is skipped; one that was named is a fault.
 */
export async function readReviews(
  paths: readonly string[],
  context: ManifestContext,
  stdin: Terminal["stdin"],
): Promise<ReadReviews> {
  const found = await findInputFiles(paths);
  const skipped = [...found.skipped];
  const files: ReadFile[] = [];
  for (const file of found.files) {
    const read = await readFile(file, stdin, context.reviewCommand);
    if ("reason" in read) skipped.push(read);
    else files.push(read);
  }
  const declared = declaredResources(files.flatMap(({ manifests }) => manifests.map(({ object }) => object)));
  const reviews: LocatedReview[] = [];
  const faults = [...found.faults];
  for (const { manifests, faults: own } of files) {
    const all = [...own];
    for (const manifest of manifests) {
      const review = toReview(manifest, { ...context, declared }, reviews.length);
      if ("message" in review) all.push(review);
      else reviews.push({ ...review, file: manifest.file, line: manifest.line });
    }
    faults.push(...all.sort((left, right) => (left.line ?? 0) - (right.line ?? 0)));
  }
  return { reviews, faults, skipped: skipped.sort((left, right) => (left.file < right.file ? -1 : 1)) };
}

async function readFile(
  { path, isNamed }: InputFile,
  stdin: Terminal["stdin"],
  reviewCommand: string | undefined,
): Promise<ReadFile | SkippedPath> {
  const file = path === "-" ? "(standard input)" : path;
  const skip = (other: NotManifest): SkippedPath => ({ file, why: "not a manifest", ...other });
  const onlyFault = (fault: InputFault): ReadFile => ({ manifests: [], faults: [fault] });
  const text = await readText(file, path === "-" ? stdin : createReadStream(path));
  if (typeof text !== "string") return onlyFault(text);
  const template = helmTemplate(path, text);
  if (template !== undefined)
    return isNamed
      ? onlyFault({ file, message: `is ${template.reason}; ${howToRender(template, reviewCommand)}` })
      : skip(template);
  const folder = isNamed && path !== "-" ? await kustomizationUsing(path) : undefined;
  if (folder !== undefined) {
    const how = howToRender({ reason: KUSTOMIZE_INPUT, render: { tool: "kustomize", folder } }, reviewCommand);
    return onlyFault({ file, message: `is ${KUSTOMIZE_INPUT}; ${how}` });
  }
  if (!isNamed && !mentionsObject(text)) return skip({ reason: otherText(text) });
  if (!isNamed && /\.json$/i.test(path) && isOtherJson(text)) return skip({ reason: "no apiVersion and kind" });
  const { manifests, faults } = parseManifests(file, text);
  const [first] = faults;
  if (
    !isNamed &&
    manifests.length === 0 &&
    first?.other !== undefined &&
    faults.every(({ other }) => other !== undefined)
  )
    return skip({ reason: first.other });
  return {
    manifests,
    faults: faults.map(({ file: name, line, message }) => ({
      file: name,
      message,
      ...(line === undefined ? {} : { line }),
    })),
  };
}

/** What a text without apiVersion and kind is. */
function otherText(text: string): string {
  if (text.trim() === "") return "empty";
  return hasOnlyComments(text) ? "only comments" : "no apiVersion and kind";
}

/** Quick for a large file of data, such as a lock file. The reader of YAML takes seconds. */
function isOtherJson(text: string): boolean {
  try {
    return isOtherDocument(JSON.parse(text));
  } catch {
    return false;
  }
}

async function readText(file: string, chunks: AsyncIterable<Uint8Array | string>): Promise<string | InputFault> {
  try {
    const bytes = await readUpTo(MAX_FILE_BYTES, chunks);
    if (bytes === undefined) return { file, message: `is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB` };
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    return { file, message: error instanceof TypeError ? "is not UTF-8" : readFault(error) };
  }
}

/** Undefined when there are more bytes than `limit`: a device or a pipe may be endless. */
async function readUpTo(limit: number, chunks: AsyncIterable<Uint8Array | string>): Promise<Uint8Array | undefined> {
  const read: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    const piece = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    bytes += piece.length;
    if (bytes > limit) return undefined;
    read.push(piece);
  }
  return Buffer.concat(read);
}

function toReview(
  { file, line, object }: Manifest,
  context: ManifestContext,
  index: number,
): Pick<LocatedReview, "review" | "isGuess" | "notes"> | InputFault {
  if (object.kind === "AdmissionReview") {
    const decoded = decodeAdmissionReview(object);
    return decoded.ok
      ? { review: decoded.value, isGuess: false, notes: [] }
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
  return { review, isGuess, notes };
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
