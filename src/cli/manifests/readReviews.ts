import type { InputFault } from "../terminal/InputFault.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import type { SkippedPath } from "./findInputFiles.ts";
import type { LocatedReview } from "./open/locateReview.ts";
import { openReviews } from "./open/openReviews.ts";
import type { ManifestContext } from "./reviewOfManifest.ts";

/** All that was found below some paths. */
export interface ReadReviews {
  readonly reviews: readonly LocatedReview[];
  readonly faults: readonly InputFault[];
  readonly skipped: readonly SkippedPath[];
}

/** Reads each object below some paths as a review, all at once: see {@link openReviews}. */
export async function readReviews(
  paths: readonly string[],
  context: ManifestContext,
  stdin: Terminal["stdin"],
): Promise<ReadReviews> {
  const { byFile, faults, skipped } = await openReviews(paths, context, stdin);
  const reviews: LocatedReview[] = [];
  for await (const own of byFile) for (const review of own) reviews.push(review);
  return { reviews, faults, skipped };
}
