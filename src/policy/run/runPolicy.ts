import type { Review } from "../../protocol/review/Review.ts";
import type { Log, LogProperties } from "../../telemetry/Log.ts";
import type { ClusterSettings } from "../define/ClusterSettings.ts";
import { type Finding, findingOf, findingsMade } from "../define/Finding.ts";
import { PolicyUseError } from "../define/PolicyUseError.ts";
import type { Policy } from "../define/policy.ts";
import { isSecret } from "../report/isSecret.ts";
import { reportableError } from "../report/reportableError.ts";
import { type Deadline, deadlinePassed } from "./Deadline.ts";
import type { Outcome } from "./Outcome.ts";
import type { PolicyObserver } from "./PolicyObserver.ts";

/** The review and the environment of a run of policies. */
export interface PolicyRun {
  readonly review: Review;
  readonly settings: ClusterSettings;
  readonly deadline: Deadline;
  readonly log: Log;
  /** Whether a policy that drops its findings fails. For development, reviews of files and tests. */
  readonly isStrict?: boolean;
  /** Whether the old object of an UPDATE is a guess, as for a manifest. Then no fault counts as one that it had. */
  readonly isOldGuessed?: boolean;
  /** Default: nobody is told. */
  readonly observer?: PolicyObserver | undefined;
}

/** More findings than any review needs. The limit stops a generator without end. */
const MAX_FINDINGS = 10_000;

/** A policy returned something that is neither a finding nor a list of findings. */
export class NotFindingsError extends PolicyUseError {
  constructor(found: string) {
    const expected = "expected nothing, a finding made by deny, warn or annotate, or a list of them";
    super("NotFindingsError", "not-findings", `returned ${found}; ${expected}`);
  }
}

/** A policy called deny or warn, and returned nothing. */
export class FindingsDroppedError extends PolicyUseError {
  constructor(made: number) {
    const number = made === 1 ? "a finding" : `${made} findings`;
    super(
      "FindingsDroppedError",
      "findings-dropped",
      `made ${number} and returned nothing; return what deny and warn make, or [] where none of it is meant`,
    );
  }
}

/**
 * Calls a policy and returns the outcome. Never throws or rejects. A synchronous result needs no promise. A call that is
 * still pending at the deadline is abandoned, and a later error is ignored.
 *
 * A policy that makes findings and returns nothing fails with {@link FindingsDroppedError} in a strict run, and is logged
 * in others. Of an async policy only findings before its first `await` count: later ones may be those of another policy.
 */
export function runPolicy(policy: Policy, run: PolicyRun, call: () => unknown): Outcome | Promise<Outcome> {
  const { observer } = run;
  if (observer === undefined) return outcomeOf(policy, run, call);
  const startedAt = observer.now();
  const outcome = outcomeOf(policy, run, call);
  if (outcome instanceof Promise)
    return outcome.then((settled) => {
      observer.ended(settled, startedAt);
      return settled;
    });
  observer.ended(outcome, startedAt);
  return outcome;
}

function outcomeOf(policy: Policy, run: PolicyRun, call: () => unknown): Outcome | Promise<Outcome> {
  const before = findingsMade();
  try {
    const returned = call();
    const made = findingsMade() - before;
    if (!isThenable(returned)) return judged(policy, run, returned, made);
    return settle(policy, run, returned, made);
  } catch (error) {
    return failed(policy, run, error);
  }
}

function judged(policy: Policy, run: PolicyRun, returned: unknown, made: number): Outcome {
  if (made > 0 && (returned === undefined || returned === null)) {
    const dropped = new FindingsDroppedError(made);
    if (run.isStrict === true) throw dropped;
    run.log.warn("a policy dropped its findings", { ...callOf(policy, run), fault: dropped.message });
  }
  return { policy, result: "findings", findings: findingsOf(returned) };
}

async function settle(policy: Policy, run: PolicyRun, pending: PromiseLike<unknown>, made: number): Promise<Outcome> {
  try {
    const returned = await Promise.race([pending, run.deadline.passed]);
    if (returned === deadlinePassed) {
      // The abandoned call can still resolve to promises that reject.
      void Promise.resolve(pending)
        .then(ignoreRejections, () => undefined)
        .catch(() => undefined);
      return missedDeadline(policy, run);
    }
    return judged(policy, run, returned, made);
  } catch (error) {
    // A fetch with ctx.deadline rejects at the same time as the deadline passes.
    if (run.deadline.isPassed) return missedDeadline(policy, run);
    return failed(policy, run, error);
  }
}

/** What the log says of a call. */
function callOf(policy: Policy, { settings, review }: PolicyRun): LogProperties {
  return { policy: policy.name, cluster: settings.cluster, uid: review.uid };
}

function missedDeadline(policy: Policy, run: PolicyRun): Outcome {
  run.log.warn("a policy missed the deadline", callOf(policy, run));
  return { policy, result: "missed-deadline" };
}

function failed(policy: Policy, run: PolicyRun, thrown: unknown): Outcome {
  let error: Error | undefined;
  try {
    const source = `${policy.validate} ${policy.mutate}`;
    error = reportableError(thrown, { source, isSecret: isSecret(run.review), isLocal: run.isStrict });
  } catch {
    // The thrown value cannot be read: a getter that throws.
  }
  run.observer?.failed(policy.name, error);
  // The denial must not depend on the log.
  try {
    run.log.error("a policy failed", { ...callOf(policy, run), error });
  } catch {
    run.log.error("a policy failed with an error that cannot be logged", callOf(policy, run));
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
