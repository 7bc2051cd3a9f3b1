import { createReadStream } from "node:fs";
import { decodeAdmissionReview } from "../../protocol/review/decodeAdmissionReview.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { InputFault } from "../terminal/InputFault.ts";
import { readFault } from "../terminal/readFault.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { findInputFiles } from "./findInputFiles.ts";
import { type Manifest, parseManifests } from "./parseManifests.ts";
import { type ManifestContext, reviewOfManifest } from "./reviewOfManifest.ts";

/** A review to judge, with the file and line of its source. */
export interface LocatedReview {
  readonly file: string;
  readonly line: number;
  readonly review: Review;
}

/** Far more than any manifest needs: etcd accepts objects up to 1.5 MiB. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

/**
 * Reads each object below some paths as a review. Captured AdmissionReviews are taken as they are. Faults are returned
 * and do not stop the other files.
 */
export async function readReviews(
  paths: readonly string[],
  context: ManifestContext,
  stdin: Terminal["stdin"],
): Promise<{ reviews: LocatedReview[]; faults: InputFault[] }> {
  const { files, faults } = await findInputFiles(paths);
  const reviews: LocatedReview[] = [];
  for (const path of files) {
    const file = path === "-" ? "(standard input)" : path;
    const text = await readText(file, path === "-" ? stdin : createReadStream(path));
    if (typeof text !== "string") {
      faults.push(text);
      continue;
    }
    const parsed = parseManifests(file, text);
    const found = [...parsed.faults];
    for (const manifest of parsed.manifests) {
      const review = toReview(manifest, context, reviews.length);
      if ("message" in review) found.push(review);
      else reviews.push({ file: manifest.file, line: manifest.line, review });
    }
    faults.push(...found.sort((left, right) => (left.line ?? 0) - (right.line ?? 0)));
  }
  return { reviews, faults };
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

function toReview({ file, line, object }: Manifest, context: ManifestContext, index: number): Review | InputFault {
  if (object.kind === "AdmissionReview") {
    const decoded = decodeAdmissionReview(object);
    return decoded.ok ? decoded.value : { file, line, message: `${decoded.fault.path}: ${decoded.fault.expected}` };
  }
  if (object.kind === "ConversionReview")
    return { file, line, message: "is a ConversionReview; only objects and AdmissionReviews can be judged" };
  return (
    reviewOfManifest(object, context, `review-${index + 1}`) ?? {
      file,
      line,
      message: "metadata: expected an object",
    }
  );
}
