import type { ClusterSettings } from "../../../policy/define/ClusterSettings.ts";
import { exceptionState, type PolicyException } from "../../../policy/define/PolicyException.ts";
import type { Review } from "../../../protocol/review/Review.ts";
import type { LocalVerdict } from "../../gate/judgeReviewLocally.ts";
import type { LocatedReview } from "../../manifests/open/locateReview.ts";
import { MANIFEST_USER } from "../../manifests/reviewOfManifest.ts";

/**
 * What an exception does for the objects of an input:
 *
 * | use | the objects | what to do |
 * |---|---|---|
 * | `ended` | not judged | remove it |
 * | `needed` | one of them breaks the policy, and it permits that | keep it |
 * | `not needed` | it is for some, and none of them breaks the policy | remove it |
 * | `no object` | it is for none | look whether the input is whole, or remove it |
 */
export type Use = "ended" | "needed" | "not needed" | "no object";

/** An exception of a gate with its use. */
export interface ExceptionUse {
  readonly exception: PolicyException;
  /** The clusters in which it was tried. */
  readonly clusters: readonly string[];
  readonly use: Use;
  /** It ends within 14 days. */
  readonly isEnding: boolean;
  /** The objects that need it, each once. */
  readonly objects: readonly LocatedReview[];
  /** The number of objects that it is for, and that do not need it. */
  readonly others: number;
}

/** Judges an object in a cluster. */
export type JudgeObject = (located: LocatedReview, settings: ClusterSettings) => Promise<LocalVerdict>;

/** A cluster with the exceptions that are for it. */
interface Trial {
  readonly settings: ClusterSettings;
  readonly exceptions: readonly PolicyException[];
}

/**
 * Finds out what each exception of the clusters does at `now` for some objects. Each is tried alone, so that no other one hides
 * it.
 */
export async function exceptionUses(
  clusters: readonly ClusterSettings[],
  reviews: readonly LocatedReview[],
  now: number,
  judge: JudgeObject,
): Promise<ExceptionUse[]> {
  const trials = clusters.map((settings): Trial => {
    const exceptions = settings.at?.("", now).excepting?.exceptions ?? [];
    return { settings, exceptions };
  });
  const keyOf = (exception: PolicyException): string => JSON.stringify(exception);
  // The same exception is for several clusters.
  const all = new Map(trials.flatMap(({ exceptions }) => exceptions.map((it) => [keyOf(it), it])));
  const uses: ExceptionUse[] = [];
  for (const [key, exception] of all) {
    const own = trials.filter(({ exceptions }) => exceptions.some((it) => keyOf(it) === key));
    uses.push(await useOf(exception, own, { reviews, now, judge }));
  }
  return uses;
}

async function useOf(
  exception: PolicyException,
  trials: readonly Trial[],
  { reviews, now, judge }: { reviews: readonly LocatedReview[]; now: number; judge: JudgeObject },
): Promise<ExceptionUse> {
  const state = exceptionState(exception, now);
  const needing = new Set<LocatedReview>();
  const meant = new Set<LocatedReview>();
  if (state !== "expired")
    for (const { settings } of trials) {
      const alone = withOnly(settings, exception, now);
      for (const located of reviews) {
        const [found] = (await judge({ ...located, review: asSubject(located.review, exception) }, alone)).exceptions;
        if (found !== undefined) meant.add(located);
        if (found !== undefined && found.state !== "unneeded") needing.add(located);
      }
    }
  return {
    exception,
    clusters: trials.map(({ settings }) => settings.cluster),
    use: state === "expired" ? "ended" : needing.size > 0 ? "needed" : meant.size > 0 ? "not needed" : "no object",
    isEnding: state === "ending",
    objects: [...needing],
    others: meant.size - needing.size,
  };
}

/** A manifest has no user: who applies it may be one of the exception's. A captured review keeps its own. */
function asSubject(review: Review, { subjects: [subject] = [] }: PolicyException): Review {
  if (subject === undefined || review.user.username !== MANIFEST_USER.username) return review;
  return { ...review, user: { ...review.user, username: subject.replaceAll("*", "x") } };
}

/** The settings of a cluster as if it had no other exception. */
function withOnly(settings: ClusterSettings, exception: PolicyException, now: number): ClusterSettings {
  const excepting = { exceptions: [exception], now };
  return {
    ...settings,
    at: (namespace, time) => ({ ...(settings.at?.(namespace, time) ?? settings), excepting }),
  };
}
