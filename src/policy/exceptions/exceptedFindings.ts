import type { JsonObject } from "../../protocol/Json.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { Excepting } from "../define/ClusterSettings.ts";
import type { Denial, Finding } from "../define/Finding.ts";
import { formatPath } from "../define/formatPath.ts";
import type { PolicyException } from "../define/PolicyException.ts";
import { podContainers } from "../define/podContainers.ts";
import { hasPodTemplate, podOfTemplate } from "../define/podTemplate.ts";
import type { PolicyHit } from "../match/PolicyHit.ts";
import { targetNamespace } from "../match/targetNamespace.ts";
import { exceptedRequest, matchesRequest } from "./exceptedRequest.ts";
import { type ExceptionMatcher, exceptionMatchers } from "./exceptionMatchers.ts";
import { matchesImage, readImage } from "./matchesImage.ts";

/** What a policy said of a review. Findings are those of a policy that was not late and did not fail. */
interface JudgedPolicy {
  readonly result: string;
  readonly findings?: readonly Finding[];
}

/** What exceptions mean for the outcomes of a review. */
export interface ExceptedFindings {
  /** The denials that an exception is for, each with the one that ends last. */
  readonly excepted: ReadonlyMap<Finding, PolicyException>;
  /** By policy: an exception that is for this request, where the policy denies nothing that it is about. */
  readonly unneeded: ReadonlyMap<string, PolicyException>;
}

/**
 * Finds the denials that are excepted at `now`:
 *
 * | exception | denial | result |
 * |---|---|---|
 * | has ended | any | denied |
 * | of another policy, namespace, name or user | any | denied |
 * | without images | any of the policy | excepted |
 * | with images | at a field of a container with one of them | excepted |
 * | with images | of another container, of the Pod as a whole, or without a path | denied |
 *
 * A policy that failed or was late has no denials of its own, so none is excepted. `outcomes` are in the order of `hits`.
 */
export function exceptedFindings(
  hits: readonly PolicyHit[],
  outcomes: readonly JudgedPolicy[],
  review: Review,
  excepting: Excepting,
): ExceptedFindings {
  const excepted = new Map<Finding, PolicyException>();
  const unneeded = new Map<string, PolicyException>();
  const needed = new Set<string>();
  for (const [index, hit] of hits.entries()) {
    const outcome = outcomes[index];
    if (outcome?.result !== "findings") continue;
    const { name } = hit.policy;
    const meant = exceptionsFor(name, review, excepting);
    if (meant.length === 0) continue;
    const { ofDenial, first } = coverage(meant, hit, review.object ?? review.oldObject);
    let isNeeded = false;
    for (const finding of outcome.findings ?? []) {
      const exception = finding.finding === "deny" ? ofDenial(finding) : undefined;
      if (exception === undefined) continue;
      excepted.set(finding, exception);
      isNeeded = true;
    }
    const unused = isNeeded ? undefined : first();
    if (isNeeded) needed.add(name);
    else if (unused !== undefined) unneeded.set(name, unused);
  }
  // A policy on Pods may be asked about an object and about its template.
  for (const name of needed) unneeded.delete(name);
  return { excepted, unneeded };
}

/** The exceptions of a policy that are for a request and have not ended. The one that ends last comes first. */
export function exceptionsFor(
  policy: string,
  review: Review,
  { exceptions, now }: Excepting,
): readonly ExceptionMatcher[] {
  const meant = exceptionMatchers(exceptions, policy, targetNamespace(review)).filter(
    ({ exception }) => now < exception.untilMs,
  );
  if (meant.length === 0) return meant;
  const request = exceptedRequest(review);
  return meant
    .filter((it) => matchesRequest(it, request))
    .sort((left, right) => right.exception.untilMs - left.exception.untilMs);
}

/**
 * The denials of an object at a container whose image an exception of the policy names, with the image, whoever may use the
 * exception and whether it has ended. With another image such a fault is a new one: the exception was for the image.
 */
export function excusedImages(
  hit: PolicyHit,
  denials: readonly Denial[],
  object: JsonObject,
  { review, excepting }: { readonly review: Review; readonly excepting: Excepting },
): ReadonlyMap<Denial, unknown> {
  const meant = exceptionMatchers(excepting.exceptions, hit.policy.name, targetNamespace(review)).filter(
    ({ images }) => images !== undefined,
  );
  if (meant.length === 0) return new Map();
  const { ofDenial, imageOf } = coverage(meant, hit, object);
  return new Map(
    denials.flatMap((denial) => (ofDenial(denial) === undefined ? [] : [[denial, imageOf(denial)] as const])),
  );
}

/** What exceptions cover of an object. */
interface Coverage {
  /** The first that is for a denial. */
  readonly ofDenial: (denial: Denial) => PolicyException | undefined;
  /** The image of the container that a denial is at. */
  readonly imageOf: (denial: Denial) => unknown;
  /** The first that is for anything of the object. */
  readonly first: () => PolicyException | undefined;
}

/** An image is compared once: an object may have thousands of containers and of denials. */
function coverage(meant: readonly ExceptionMatcher[], hit: PolicyHit, object: JsonObject | null): Coverage {
  const images = meant[0]?.images === undefined ? new Map<string, unknown>() : imagesOf(hit, object);
  const known = new Map<unknown, number>();
  /** The place in `meant` of the first that covers an image. */
  const placeOf = (image: unknown): number => {
    let place = known.get(image);
    if (place === undefined) {
      const parts = readImage(image);
      place = meant.findIndex(
        (it) => it.images === undefined || (parts !== undefined && it.images.some((one) => matchesImage(one, parts))),
      );
      known.set(image, place);
    }
    return place;
  };
  const start = formatPath([...hit.template, "spec"]).length;
  const imageOf = ({ at = "" }: Denial): unknown => images.get(containerIn(at, start));
  return {
    ofDenial: (denial) => meant[placeOf(imageOf(denial))]?.exception,
    imageOf,
    first: () => {
      const places = new Set([undefined, ...images.values()].map(placeOf));
      return meant.find((_, place) => places.has(place))?.exception;
    },
  };
}

/** The path of the list element in a path, after `start` characters. Empty where the path goes on otherwise than to a field of it. */
function containerIn(at: string, start: number): string {
  const end = at.indexOf("]", start) + 1;
  return end === at.length || at[end] === "." || at[end] === "[" ? at.slice(0, end) : "";
}

/** The images of the containers of what the policy sees, by path. None where they cannot be read: the policy has judged that itself. */
function imagesOf({ template }: PolicyHit, whole: JsonObject | null): ReadonlyMap<string, unknown> {
  if (whole === null || (template.length > 0 && !hasPodTemplate(whole, template))) return new Map();
  const pod = template.length === 0 ? whole : podOfTemplate(whole, template);
  try {
    const found = podContainers(pod, (...segments) => formatPath([...template, ...segments]), true);
    return new Map(found.map(({ path, container }) => [path, container.image]));
  } catch {
    return new Map();
  }
}
