import type { Review } from "../../protocol/review/Review.ts";
import type { Log } from "../../telemetry/Log.ts";
import type { ClusterSettings } from "../define/ClusterSettings.ts";
import { type Finding, findingOf } from "../define/Finding.ts";
import type { Policy } from "../define/policy.ts";
import { type Deadline, deadlinePassed } from "./Deadline.ts";
import type { Outcome } from "./Outcome.ts";

/** The review and the environment of a run of policies. */
export interface PolicyRun {
  readonly review: Review;
  readonly settings: ClusterSettings;
  readonly deadline: Deadline;
  readonly log: Log;
}

/** More findings than any review needs. The limit stops a generator without end. */
const MAX_FINDINGS = 10_000;

/** A policy returned something that is neither a finding nor a list of findings. */
export class NotFindingsError extends Error {
  readonly code = "not-findings";
  constructor(found: string) {
    super(`returned ${found}; expected nothing, a finding made by deny, warn or annotate, or a list of them`);
    this.name = "NotFindingsError";
  }
}

/**
 * Calls a policy and returns the outcome. Never throws or rejects. A synchronous result needs no promise. A call that is
 * still pending at the deadline is abandoned, and a later error is ignored.
 */
export function runPolicy(policy: Policy, run: PolicyRun, call: () => unknown): Outcome | Promise<Outcome> {
  try {
    const returned = call();
    if (!isThenable(returned)) return { policy, result: "findings", findings: findingsOf(returned) };
    return settle(policy, run, returned);
  } catch (error) {
    return failed(policy, run, error);
  }
}

async function settle(policy: Policy, run: PolicyRun, pending: PromiseLike<unknown>): Promise<Outcome> {
  try {
    const returned = await Promise.race([pending, run.deadline.passed]);
    if (returned === deadlinePassed) {
      // The abandoned call can still resolve to promises that reject.
      void Promise.resolve(pending)
        .then(ignoreRejections, () => undefined)
        .catch(() => undefined);
      return missedDeadline(policy, run);
    }
    return { policy, result: "findings", findings: findingsOf(returned) };
  } catch (error) {
    // A fetch with ctx.deadline rejects at the same time as the deadline passes.
    if (run.deadline.isPassed) return missedDeadline(policy, run);
    return failed(policy, run, error);
  }
}

function missedDeadline(policy: Policy, { log, settings, review }: PolicyRun): Outcome {
  log.warn("a policy missed the deadline", { policy: policy.name, cluster: settings.cluster, uid: review.uid });
  return { policy, result: "missed-deadline" };
}

function failed(policy: Policy, { log, settings, review }: PolicyRun, error: unknown): Outcome {
  const call = { policy: policy.name, cluster: settings.cluster, uid: review.uid };
  try {
    log.error("a policy failed", { ...call, error });
  } catch {
    // The thrown value cannot be logged: a cycle, a getter that throws. The denial must not depend on the log.
    log.error("a policy failed with an error that cannot be logged", call);
  }
  return { policy, result: "failed" };
}

function findingsOf(returned: unknown): readonly Finding[] {
  if (returned === undefined || returned === null) return [];
  const single = findingOf(returned);
  if (single !== undefined) return [single];
  if (typeof returned !== "object" || !(Symbol.iterator in returned))
    throw new NotFindingsError(withArticle(typeof returned));
  try {
    return elementsOf(returned as Iterable<unknown>);
  } catch (error) {
    // Elements that were not read can still reject.
    ignoreRejections(returned);
    throw error;
  }
}

function elementsOf(returned: Iterable<unknown>): readonly Finding[] {
  const findings: Finding[] = [];
  let fault: NotFindingsError | undefined;
  let seen = 0;
  for (const element of returned) {
    seen += 1;
    if (seen > MAX_FINDINGS) {
      ignoreRejection(element);
      throw new NotFindingsError(`more than ${MAX_FINDINGS} findings`);
    }
    const finding = findingOf(element);
    if (finding !== undefined) findings.push(finding);
    else {
      fault ??= new NotFindingsError(`a list that contains ${describe(element)}`);
      ignoreRejection(element);
    }
  }
  if (fault !== undefined) throw fault;
  return findings;
}

function describe(element: unknown): string {
  if (element === null) return "null";
  return isThenable(element) ? "a promise (await Promise.all of them)" : withArticle(typeof element);
}

function withArticle(type: string): string {
  return `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
}

/**
 * Handles rejections of the promises in a list, as `list.map(async ...)` makes them: an unhandled rejection would end a
 * Node process. A generator makes its elements one by one, so each is handled when it is read.
 */
function ignoreRejections(returned: unknown): void {
  if (Array.isArray(returned) || returned instanceof Set) for (const element of returned) ignoreRejection(element);
}

function ignoreRejection(element: unknown): void {
  if (isThenable(element)) element.then(undefined, () => undefined);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
