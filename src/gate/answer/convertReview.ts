import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { runConversion } from "../../policy/run/runConversion.ts";
import type { ConversionOutcome, ConversionReview } from "../../protocol/review/ConversionReview.ts";
import { GateError } from "../GateError.ts";
import type { GateRuntime } from "../GateRuntime.ts";
import { selfTestMessage, selfTestObject } from "./selfTest.ts";

/** One call to convert: for which cluster, by which URL without the query, and what its path ends in after `convert/`. */
export interface ConversionCall {
  readonly settings: ClusterSettings;
  readonly url: string;
  readonly entry: string | undefined;
}

/**
 * The outcome of a decoded ConversionReview. A self-test always fails, with the signed statement as its message, so that
 * nothing of its kind is ever stored. Throws {@link GateError} for another review at a path that is for self-tests alone.
 */
export async function convertReview(
  runtime: GateRuntime,
  review: ConversionReview,
  { settings, url, entry }: ConversionCall,
): Promise<ConversionOutcome> {
  const { log, now } = runtime.deps;
  const object = selfTestObject(review);
  if (object !== undefined) {
    const registrationHash = await runtime.registrationHash(settings);
    const call = { cluster: settings.cluster, url, now: now(), registrationHash };
    return { converted: false, message: await selfTestMessage(object, call, runtime.signer, log) };
  }
  if (entry !== undefined) throw new GateError("not-found", "only self-tests are converted at this path");
  return runConversion(review, runtime.conversions, log);
}
