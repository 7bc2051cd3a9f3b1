import { labelsOf } from "../../../policy/define/LabelSelector.ts";
import { hasPodTemplate, podOfTemplate } from "../../../policy/define/podTemplate.ts";
import type { Policy } from "../../../policy/define/policy.ts";
import { namespaceMatcher } from "../../../policy/match/namespaceMatcher.ts";
import type { PolicyTarget } from "../../../policy/match/policyTargets.ts";
import type { JsonObject } from "../../../protocol/Json.ts";
import type { Review } from "../../../protocol/review/Review.ts";
import { coversResource, type Miss, namespaceOf, resourceText, targetsOf } from "../judge/missOf.ts";

/** A review of a case, and the part of the match that left it out; undefined when it reached the policy. */
export interface CoveredReview {
  readonly review: Review;
  readonly miss: Miss | undefined;
}

/** A part of a match, and whether a review touches it. */
export interface MatchPart {
  /** Such as `resource deployments.apps (podTemplates)`. */
  readonly name: string;
  touches(covered: CoveredReview): boolean;
}

/**
 * The parts of a policy's match: each resource, operation, listed group and version, pattern of namespaces, value of a label, kind
 * with a Pod template, and implied subresource. What a match leaves out counts too: an excluded namespace, and other labels. A
 * review touches these when the policy was not asked for that reason.
 */
export function matchParts(policy: Policy): MatchPart[] {
  return [...resourceParts(policy), ...listParts(policy), ...namespaceParts(policy), ...labelParts(policy)];
}

function resourceParts(policy: Policy): MatchPart[] {
  const parts = new Map<string, MatchPart>();
  const { resources } = policy.match;
  const named = new Set(resources.map((name) => (name.includes("/") ? name : `${name}/`)));
  for (const target of targetsOf(policy)) {
    const name = `resource ${resourceText(target)}${sourceOf(target, named)}`;
    const touches = ({ review, miss }: CoveredReview): boolean =>
      miss === undefined && coversResource(target, review.resource, review.subresource);
    parts.set(name, { name, touches });
  }
  return [...parts.values()];
}

/** Why a target is there that the match does not name. */
function sourceOf({ resource, subresource, template }: PolicyTarget, named: ReadonlySet<string>): string {
  if (template.length > 0) return " (podTemplates)";
  if (named.has(`${resource}/${subresource}`)) return "";
  if (subresource === "ephemeralcontainers") return " (ephemeralContainers)";
  return subresource === "resize" ? " (resize)" : "";
}

function listParts({ match, ...policy }: Policy): MatchPart[] {
  const { operations = ["CREATE", "UPDATE"], apiGroups = [], apiVersions = [] } = match;
  // A mutator is never asked about an object that is gone.
  const asked = policy.validate === undefined ? operations.filter((it) => it !== "DELETE") : operations;
  const reached = (name: string, test: (review: Review) => boolean): MatchPart => ({
    name,
    touches: ({ review, miss }) => miss === undefined && test(review),
  });
  return [
    ...asked.map((it) => reached(`operation ${it}`, ({ operation }) => operation === it)),
    ...listed(apiGroups).map((it) =>
      reached(`apiGroup ${JSON.stringify(it)}`, ({ resource }) => resource.group === it),
    ),
    ...listed(apiVersions).map((it) => reached(`apiVersion ${it}`, ({ resource }) => resource.version === it)),
  ];
}

/** The names of a list without a wildcard; one name is in each review that reaches the policy. */
function listed(names: readonly string[]): readonly string[] {
  return names.includes("*") || names.length < 2 ? [] : names;
}

function namespaceParts({ match }: Policy): MatchPart[] {
  const { include = [], exclude = [] } = match.namespaces ?? {};
  const fits = (pattern: string, review: Review): boolean =>
    namespaceOf(review) !== "" && namespaceMatcher({ include: [pattern] })(namespaceOf(review));
  return [
    ...include.map((pattern) => ({
      name: `namespaces.include ${pattern}`,
      touches: ({ review, miss }: CoveredReview) => miss === undefined && fits(pattern, review),
    })),
    ...exclude.map((pattern) => ({
      name: `namespaces.exclude ${pattern}`,
      touches: ({ review, miss }: CoveredReview) => miss?.part === "namespace" && fits(pattern, review),
    })),
    ...(include.length === 0
      ? []
      : [
          {
            name: "a namespace that namespaces.include leaves out",
            touches: ({ review, miss }: CoveredReview) =>
              miss?.part === "namespace" && !exclude.some((pattern) => fits(pattern, review)),
          },
        ]),
  ];
}

function labelParts(policy: Policy): MatchPart[] {
  const { labels } = policy.match;
  if (labels === undefined) return [];
  const values = (labels.matchExpressions ?? []).flatMap(({ key, operator, values: of = [] }) =>
    operator === "In" && of.length > 1 ? of.map((value) => ({ key, value })) : [],
  );
  return [
    ...values.map(({ key, value }) => ({
      name: `label ${key}=${value}`,
      touches: ({ review, miss }: CoveredReview) =>
        miss === undefined &&
        viewsOf(policy, review).some((object) => Reflect.get(labelsOf(object) ?? {}, key) === value),
    })),
    {
      name: "labels that the selector leaves out",
      touches: ({ miss }: CoveredReview) => miss?.part === "labels",
    },
  ];
}

/** The objects whose labels a match compares: those of the review, or the Pods that they describe. */
function viewsOf(policy: Policy, { object, oldObject, resource, subresource }: Review): JsonObject[] {
  const templates = targetsOf(policy).filter((target) => coversResource(target, resource, subresource));
  return [object, oldObject].flatMap((whole) =>
    whole === null
      ? []
      : templates.flatMap(({ template }) => {
          if (template.length === 0) return [whole];
          return hasPodTemplate(whole, template) ? [podOfTemplate(whole, template)] : [];
        }),
  );
}
