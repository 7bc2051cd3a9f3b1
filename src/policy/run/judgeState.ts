import type { JsonObject } from "../../protocol/Json.ts";
import type { Log } from "../../telemetry/Log.ts";
import type { Denial } from "../define/Finding.ts";
import { type FieldReads, trackReads } from "../existing/worsenedReads.ts";
import type { PolicyHit } from "../match/PolicyHit.ts";
import { ReviewContext } from "./ReviewContext.ts";
import { type PolicyRun, runPolicy } from "./runPolicy.ts";

/** What a policy cannot judge in another state of the object is not a fault of the policy. */
const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** What a policy read while it judged: fields of the object, and attributes of the request. */
export interface PolicyReads {
  readonly fields: FieldReads;
  readonly request: Set<string>;
}

/**
 * The denials of a policy for another state of the reviewed object; undefined when it fails or misses the deadline. What
 * the policy reads is noted in `reads`.
 */
export async function judgeState(
  hit: PolicyHit,
  run: PolicyRun,
  object: JsonObject,
  reads?: PolicyReads,
): Promise<readonly Denial[] | undefined> {
  if (run.deadline.isPassed) return undefined;
  const state: PolicyRun = { ...run, review: { ...run.review, object }, log: SILENT };
  const outcome = await runPolicy(hit.policy, state, () => {
    const context = new ReviewContext(state, hit, object);
    return hit.policy.validate?.(reads === undefined ? context : noteReads(context, reads));
  });
  if (outcome.result !== "findings") return undefined;
  return outcome.findings.filter((finding) => finding.finding === "deny");
}

function noteReads(context: ReviewContext, { fields, request }: PolicyReads): ReviewContext {
  // A copy, because a view of a frozen object cannot return views of its members.
  const tracked = context.withObject(trackReads(structuredClone(context.object), fields));
  return new Proxy(tracked, {
    get: (target, key) => {
      if (typeof key === "string") request.add(key);
      return Reflect.get(target, key, target);
    },
  });
}
