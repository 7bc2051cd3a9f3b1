import type { JsonObject } from "../../protocol/Json.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { Log } from "../../telemetry/Log.ts";
import type { Denial } from "../define/Finding.ts";
import type { FieldReads } from "../existing/FieldReads.ts";
import type { PolicyHit } from "../match/PolicyHit.ts";
import { ReviewContext } from "./ReviewContext.ts";
import { type PolicyRun, runPolicy } from "./runPolicy.ts";

/** What a policy cannot judge in another state of the object is not a fault of the policy. */
const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** What a policy says about another state of the reviewed object. */
export interface StateJudgement {
  readonly denials: readonly Denial[];
  /** Whether the policy is async. Then it may have effects, and is not asked about many states. */
  readonly isAsync: boolean;
}

/** How {@link judgeState} asks. */
export interface StateOptions {
  /** Notes what the policy reads. `object` must not be frozen then. */
  readonly reads?: FieldReads;
  /** Attributes of the request that differ. */
  readonly request?: Partial<Review>;
}

/** What a policy says about another state of the reviewed object; undefined when it fails or misses the deadline. */
export async function judgeState(
  hit: PolicyHit,
  run: PolicyRun,
  object: JsonObject,
  { reads, request }: StateOptions = {},
): Promise<StateJudgement | undefined> {
  if (run.deadline.isPassed) return undefined;
  const state: PolicyRun = { ...run, review: { ...run.review, ...request, object }, log: SILENT, observer: undefined };
  const judged = runPolicy(hit.policy, state, () => {
    const context = new ReviewContext(state, hit, object);
    return hit.policy.validate?.(reads === undefined ? context : noteReads(context, reads));
  });
  const isAsync = judged instanceof Promise;
  const outcome = isAsync ? await judged : judged;
  if (outcome.result !== "findings") return undefined;
  return { denials: outcome.findings.filter((finding) => finding.finding === "deny"), isAsync };
}

function noteReads(context: ReviewContext, reads: FieldReads): ReviewContext {
  const tracked = context.withObject(reads.trackRoot(context.object));
  return new Proxy(tracked, {
    get: (target, key) => {
      if (typeof key === "string") reads.request.add(key);
      return Reflect.get(target, key, target);
    },
  });
}
