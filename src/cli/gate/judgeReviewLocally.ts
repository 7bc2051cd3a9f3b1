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

/** The answer that a client of the API server would get. */
export interface LocalVerdict {
  readonly allowed: boolean;
  /** Empty when allowed. */
  readonly message: string;
  readonly warnings: readonly string[];
  readonly patch: readonly PatchOperation[];
}

/** The default timeoutSeconds of a webhook in the Kubernetes API. */
const TIMEOUT_MS = 10_000;

/** Judges a review in the order of the API server: mutators first, then validators on the patched object. */
export async function judgeReviewLocally(
  runtime: GateRuntime,
  settings: ClusterSettings,
  review: Review,
): Promise<LocalVerdict> {
  const call = async (purpose: "mutate" | "validate", judged: Review) => {
    const deadline = new Deadline(TIMEOUT_MS, runtime.deps.now);
    try {
      const url = `https://localhost${gatePath(settings.cluster, purpose)}`;
      return await judgeReview(runtime, judged, { purpose, entry: undefined, url, deadline }, settings);
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

/** Applies a patch to a copy of an object. Throws when the patch does not fit, or the result is not an object. */
export function applyPatch(object: JsonObject | null, patch: readonly PatchOperation[]): JsonObject {
  // Without the check for __proto__: a ConfigMap may have such a key, and the object is a private copy.
  const { newDocument } = jsonPatch.applyPatch<unknown>(structuredClone(object), [...patch], true, false, false);
  if (!isJsonObject(newDocument)) throw new TypeError("the result of the patch is not an object");
  return newDocument;
}
