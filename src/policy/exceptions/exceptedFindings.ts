import type { JsonObject } from "../../protocol/Json.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { Excepting } from "../define/ClusterSettings.ts";
import type { Denial, Finding } from "../define/Finding.ts";
import { formatPath } from "../define/formatPath.ts";
import { exceptionState, type PolicyException } from "../define/PolicyException.ts";
import { type PodContainer, podContainers } from "../define/podContainers.ts";
import { hasPodTemplate, podOfTemplate } from "../define/podTemplate.ts";
import type { PolicyHit } from "../match/PolicyHit.ts";
import { matchesImage } from "./matchesImage.ts";
import { isInNamespaces, matchesReview } from "./matchesReview.ts";

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
    const containers = meant.some(({ images }) => images !== undefined)
      ? containersOf(hit, review.object ?? review.oldObject)
      : [];
    const denials = (outcome.findings ?? []).filter((finding) => finding.finding === "deny");
    for (const denial of denials) {
      const exception = meant.find((it) => covers(it, denial, containers));
      if (exception !== undefined) excepted.set(denial, exception);
    }
    const [unused] = meant.filter(
      (it) => isAbout(it, containers) && !denials.some((one) => covers(it, one, containers)),
    );
    if (denials.some((denial) => excepted.has(denial))) needed.add(name);
    else if (unused !== undefined) unneeded.set(name, unused);
  }
  // A policy on Pods may be asked about an object and about its template.
  for (const name of needed) unneeded.delete(name);
  return { excepted, unneeded };
}

/** The exceptions of a policy that are for a request and have not ended. The one that ends last comes first. */
export function exceptionsFor(policy: string, review: Review, { exceptions, now }: Excepting): PolicyException[] {
  return exceptions
    .filter((it) => it.policy === policy && exceptionState(it, now) !== "expired" && matchesReview(it, review))
    .sort((left, right) => right.untilMs - left.untilMs);
}

/**
 * The denials of an object whose container has an image that an exception of the policy names, whoever may use the exception
 * and whether it has ended. With another image such a fault is a new one: the exception was for the image.
 */
export function excusedByImage(
  hit: PolicyHit,
  denials: readonly Denial[],
  object: JsonObject,
  { review, excepting }: { readonly review: Review; readonly excepting: Excepting },
): ReadonlySet<Denial> {
  const meant = excepting.exceptions.filter(
    ({ policy, images, namespaces }) =>
      policy === hit.policy.name && images !== undefined && isInNamespaces(namespaces, review),
  );
  const containers = meant.length === 0 ? [] : containersOf(hit, object);
  return new Set(denials.filter((denial) => meant.some((it) => covers(it, denial, containers))));
}

function covers({ images }: PolicyException, { at }: Denial, containers: readonly PodContainer[]): boolean {
  if (images === undefined) return true;
  const of = containers.find(
    ({ path }) => at === path || at?.startsWith(`${path}.`) === true || at?.startsWith(`${path}[`) === true,
  );
  return of !== undefined && images.some((pattern) => matchesImage(pattern, of.container.image ?? ""));
}

/** Whether the object has anything that the exception is about. */
function isAbout({ images }: PolicyException, containers: readonly PodContainer[]): boolean {
  if (images === undefined) return true;
  return containers.some(({ container }) => images.some((pattern) => matchesImage(pattern, container.image ?? "")));
}

/** The containers of what the policy sees. None where they cannot be read: the policy has judged that itself. */
function containersOf({ template }: PolicyHit, whole: JsonObject | null): readonly PodContainer[] {
  if (whole === null || (template.length > 0 && !hasPodTemplate(whole, template))) return [];
  const pod = template.length === 0 ? whole : podOfTemplate(whole, template);
  try {
    return podContainers(pod, (...segments) => formatPath([...template, ...segments]), true);
  } catch {
    return [];
  }
}
