import jsonPatch from "fast-json-patch";
import { judgeReview } from "../../gate/answer/judgeReview.ts";
import type { GateRuntime } from "../../gate/GateRuntime.ts";
import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { Deadline } from "../../policy/run/Deadline.ts";
import { gatePath } from "../../protocol/gateUrl.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import { fitWarnings } from "../../protocol/review/fitWarnings.ts";
import type { Review } from "../../protocol/review/Review.ts";

/** What the API server's client would see. */
export interface LocalVerdict {
  readonly allowed: boolean;
  /** Empty when allowed. */
  readonly message: string;
  readonly warnings: readonly string[];
  readonly patch: readonly PatchOperation[];
}

/** As long as a registration gives a webhook when it does not say, in milliseconds. */
const TIMEOUT = 10_000;

/** Judges a review as the API server would have it judged: mutators first, their patch applied, then validators on the result. */
export async function judgeReviewLocally(
  runtime: GateRuntime,
  settings: ClusterSettings,
  review: Review,
): Promise<LocalVerdict> {
  const call = async (purpose: "mutate" | "validate", judged: Review) => {
    const deadline = new Deadline(TIMEOUT, runtime.deps.now);
    try {
      const url = `https://localhost${gatePath(settings.cluster, purpose)}`;
      return await judgeReview(runtime, judged, { purpose, entry: undefined, url, settings, deadline });
    } finally {
      deadline.dispose();
    }
  };
  const mutated = await call("mutate", review);
  if (!mutated.allowed)
    return { allowed: false, message: mutated.message, warnings: fitWarnings(mutated.warnings), patch: [] };
  const { patch } = mutated;
  const verdict = await call(
    "validate",
    patch.length === 0 ? review : { ...review, object: applyPatch(review.object, patch) },
  );
  const warnings = fitWarnings([...mutated.warnings, ...verdict.warnings]);
  return { allowed: verdict.allowed, message: verdict.allowed ? "" : verdict.message, warnings, patch };
}

/** A copy of an object with a patch applied. Throws where the patch does not fit, or leaves no object. */
export function applyPatch(object: JsonObject | null, patch: readonly PatchOperation[]): JsonObject {
  // A ConfigMap may have a key named __proto__; the copy is nobody else's.
  const { newDocument } = jsonPatch.applyPatch<unknown>(structuredClone(object), [...patch], true, false, false);
  if (!isJsonObject(newDocument)) throw new TypeError("the patch left no object");
  return newDocument;
}
