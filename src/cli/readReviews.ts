import { readFile } from "node:fs/promises";
import { decodeAdmissionReview } from "../protocol/decodeAdmissionReview.ts";
import type { Review } from "../protocol/Review.ts";
import { findInputFiles, readFault } from "./findInputFiles.ts";
import type { InputFault } from "./InputFault.ts";
import { type Manifest, parseManifests } from "./parseManifests.ts";
import { type ManifestOperation, reviewOfManifest } from "./reviewOfManifest.ts";
import type { Terminal } from "./Terminal.ts";

/** A review to judge, and where it came from. */
export interface LocatedReview {
  readonly file: string;
  readonly line: number;
  readonly review: Review;
}

/** No manifest of a cluster comes near this; etcd takes 1.5 MiB an object. */
const FILE_BYTES = 32 * 1024 * 1024;

/** Reads every object below some paths as a review; captured AdmissionReviews as they are. Faults do not stop the rest. */
export async function readReviews(
  paths: readonly string[],
  operation: ManifestOperation,
  stdin: Terminal["stdin"],
): Promise<{ reviews: LocatedReview[]; faults: InputFault[] }> {
  const { files, faults } = await findInputFiles(paths);
  const reviews: LocatedReview[] = [];
  for (const file of files) {
    const text = await readText(file, stdin);
    if (typeof text !== "string") {
      faults.push(text);
      continue;
    }
    const parsed = parseManifests(file === "-" ? "(standard input)" : file, text);
    faults.push(...parsed.faults);
    for (const manifest of parsed.manifests) {
      const review = toReview(manifest, operation, reviews.length);
      if ("message" in review) faults.push(review);
      else reviews.push({ file: manifest.file, line: manifest.line, review });
    }
  }
  return { reviews, faults };
}

async function readText(file: string, stdin: Terminal["stdin"]): Promise<string | InputFault> {
  try {
    const bytes = file === "-" ? await readAll(stdin) : await readFile(file);
    if (bytes.length > FILE_BYTES) return { file, message: `is larger than ${FILE_BYTES / 1024 / 1024} MiB` };
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    return { file, message: error instanceof TypeError ? "is not UTF-8" : readFault(error) };
  }
}

async function readAll(stdin: Terminal["stdin"]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  return Buffer.concat(chunks);
}

function toReview({ file, line, object }: Manifest, operation: ManifestOperation, index: number): Review | InputFault {
  if (object.kind === "AdmissionReview") {
    const decoded = decodeAdmissionReview(object);
    return decoded.ok ? decoded.value : { file, line, message: `${decoded.fault.path}: ${decoded.fault.expected}` };
  }
  if (object.kind === "ConversionReview")
    return { file, line, message: "is a ConversionReview; only objects and AdmissionReviews can be judged" };
  return (
    reviewOfManifest(object, operation, `review-${index + 1}`) ?? {
      file,
      line,
      message: "metadata: expected an object",
    }
  );
}
