import jsonPatch from "fast-json-patch";
import { judgeReview } from "../../gate/answer/judgeReview.ts";
import { GateRuntime } from "../../gate/GateRuntime.ts";
import type { ClusterSettings, Excepting } from "../../policy/define/ClusterSettings.ts";
import { targetNamespace } from "../../policy/match/targetNamespace.ts";
import { isSecret } from "../../policy/report/isSecret.ts";
import { Deadline } from "../../policy/run/Deadline.ts";
import { gatePath } from "../../protocol/gateUrl.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import { auditLines, denialLines } from "../../protocol/review/denialLines.ts";
import { fitWarnings } from "../../protocol/review/fitWarnings.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { PolicyVerdict, Verdict } from "../../protocol/review/Verdict.ts";
import { type LocalException, localExceptions } from "./localExceptions.ts";
import { localMessage, withMessages } from "./localMessages.ts";
import { type MeantReview, meantReviews } from "./meantReviews.ts";
import { plainNumbers } from "./plainNumbers.ts";
import { secretMask } from "./secretMask.ts";

/**
 * The answer that a client of the API server would get, and what it would not see. No message has a value of a Secret, not
 * even one that a policy put in.
 */
export interface LocalVerdict {
  /** `not judged`: no policy was asked, so the API server would allow the request; or one judges only another version. */
  readonly result: "allowed" | "denied" | "not judged";
  /** A line for each denial, `POLICY: MESSAGE`. Empty unless denied. */
  readonly denials: readonly string[];
  readonly warnings: readonly string[];
  /**
   * What only the audit log has, a line for each: `would-deny POLICY: MESSAGE` of policies in mode `audit`, and
   * `left-alone POLICY: PART (REASON)` of mutators.
   */
  readonly audit: readonly string[];
  /** Each policy that was asked, once: what it said as a mutator, then as a validator. */
  readonly policies: readonly PolicyVerdict[];
  /** The exceptions that are for the object, needed or not. */
  readonly exceptions: readonly LocalException[];
  /** The patch of the mutators; empty when one of them denied. */
  readonly patch: readonly PatchOperation[];
  /** The object with the patch; null for DELETE. */
  readonly object: JsonObject | null;
}

/** The default timeoutSeconds of a webhook in the Kubernetes API. */
const TIMEOUT_MS = 10_000;

/**
 * Judges a review in the order of the API server: mutators first, then validators on the patched object. Policies on other
 * versions of the object judge it converted, as far as that is possible without a cluster ({@link meantReviews}). `judgedAt`
 * is the time of stages and exceptions, in milliseconds since 1970; default: now.
 */
export async function judgeReviewLocally(
  runtime: GateRuntime,
  settings: ClusterSettings,
  review: Review,
  judgedAt = runtime.deps.now(),
): Promise<LocalVerdict> {
  const { excepting } = settings.at?.(targetNamespace(review), judgedAt) ?? settings;
  // Of a manifest the old object is not known: its review has the same object twice.
  const isOldGuessed = review.object === review.oldObject;
  const call = async (purpose: "mutate" | "validate", { review: judged, policies }: MeantReview) => {
    const deadline = new Deadline(TIMEOUT_MS, runtime.deps.now);
    try {
      const url = `https://localhost${gatePath(settings.cluster, purpose)}`;
      const own = policies === undefined ? runtime : only(runtime, policies);
      return await judgeReview(
        own,
        judged,
        { purpose, entry: undefined, url, deadline, isOldGuessed, judgedAt },
        settings,
      );
    } finally {
      deadline.dispose();
    }
  };
  const [first, ...others] = meantReviews(runtime, review);
  const mutated = await call("mutate", { ...first, policies: undefined });
  if (!mutated.allowed) return localVerdict(review, [mutated], excepting, { patch: [], object: first.review.object });
  const { patch } = mutated;
  const object = patch.length === 0 ? first.review.object : applyPatch(first.review.object, patch);
  const verdicts: Verdict[] = [mutated];
  for (const one of [{ ...first, review: { ...first.review, object } }, ...others])
    verdicts.push(await call("validate", { ...one, review: plainNumbers(one.review) }));
  return localVerdict(review, verdicts, excepting, { patch, object });
}

/** A runtime with only some of the policies. */
function only({ gate, deps }: GateRuntime, policies: ReadonlySet<string>): GateRuntime {
  return new GateRuntime(
    { ...gate, policies: gate.policies.filter(({ name }) => policies.has(name)), entries: {} },
    deps,
  );
}

/** One verdict of those on the calls to `/mutate` and `/validate`. */
function localVerdict(
  review: Review,
  answers: readonly Verdict[],
  excepting: Excepting | undefined,
  { patch, object }: Pick<LocalVerdict, "patch" | "object">,
): LocalVerdict {
  const mask = isSecret(review) ? secretMask([review.object, review.oldObject, object]) : (text: string) => text;
  const verdicts = answers.map((verdict) => withMessages(verdict, (text) => mask(localMessage(text))));
  const policies = mergePolicies(verdicts.flatMap((verdict) => verdict.policies));
  const denied = verdicts.filter((verdict) => !verdict.allowed);
  const isJudged = policies.length > 0 && policies.every(({ result }) => result !== "other-version");
  const result = isJudged ? "allowed" : "not judged";
  return {
    result: denied.length === 0 ? result : "denied",
    denials: denied.flatMap(denialLines),
    warnings: fitWarnings(verdicts.flatMap(({ warnings }) => warnings)),
    audit: [...auditLines(policies), ...verdicts.flatMap(leftAloneLines)],
    policies,
    exceptions: localExceptions(verdicts, excepting),
    patch,
    object,
  };
}

const LEFT_ALONE = ".left-alone";

/** What mutators left alone, from the audit annotations of a verdict. */
function leftAloneLines({ auditAnnotations }: Verdict): string[] {
  return Object.entries(auditAnnotations)
    .filter(([key]) => key.endsWith(LEFT_ALONE))
    .map(([key, parts]) => `left-alone ${key.slice(0, -LEFT_ALONE.length)}: ${parts}`);
}

/** A policy that mutates and validates is asked twice. */
function mergePolicies(policies: readonly PolicyVerdict[]): PolicyVerdict[] {
  const merged = new Map<string, PolicyVerdict>();
  for (const verdict of policies) {
    const before = merged.get(verdict.policy);
    const isFirst = before === undefined;
    const result = isFirst || before.result === "judged" ? verdict.result : before.result;
    merged.set(
      verdict.policy,
      isFirst ? verdict : { ...verdict, ...before, result, findings: [...before.findings, ...verdict.findings] },
    );
  }
  return [...merged.values()];
}

/** Applies a patch to a copy of an object. Throws when the patch does not fit, or the result is not an object. */
export function applyPatch(object: JsonObject | null, patch: readonly PatchOperation[]): JsonObject {
  // Without the check for __proto__: a ConfigMap may have such a key. The copies are not those of the library, which writes
  // JSON and has no bigint. The values are copied as well, for a later operation may change them.
  const { newDocument } = jsonPatch.applyPatch<unknown>(
    structuredClone(object),
    structuredClone([...patch]),
    true,
    true,
    false,
  );
  if (!isJsonObject(newDocument)) throw new TypeError("the result of the patch is not an object");
  return newDocument;
}
