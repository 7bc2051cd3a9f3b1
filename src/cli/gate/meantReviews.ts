import type { GateRuntime } from "../../gate/GateRuntime.ts";
import type { Policy } from "../../policy/define/policy.ts";
import type { PolicyHit } from "../../policy/match/PolicyHit.ts";
import { PolicyIndex } from "../../policy/match/PolicyIndex.ts";
import { runConversion } from "../../policy/run/runConversion.ts";
import type { JsonObject } from "../../protocol/Json.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { convertAutoscaler } from "../manifests/convertAutoscaler.ts";

/** A review in a version in which policies judge it. */
export interface MeantReview {
  readonly review: Review;
  /** The names of these policies; undefined for all. */
  readonly policies: ReadonlySet<string> | undefined;
}

/**
 * The review in each of the versions in which the policies of a gate judge it, as the API server would convert it for their
 * webhooks. The first is for mutators too. Without a cluster, custom resources are converted by the conversions of the
 * gate, and HorizontalPodAutoscalers from v1 to v2. Policies for any other version are in the first, where they are not judged.
 */
export function meantReviews(runtime: GateRuntime, review: Review): readonly [MeantReview, ...MeantReview[]] {
  const indexes = indexesOf(runtime.gate.policies);
  const validators = indexes.validate.find(review);
  const mutators = indexes.mutate.find(review);
  const hits = [...validators, ...mutators];
  const versions = new Map<string, Review>();
  for (const [apiVersion] of hits.map(({ otherVersions = [] }) => otherVersions)) {
    const converted =
      apiVersion === undefined || versions.has(apiVersion) ? undefined : inVersion(runtime, review, apiVersion);
    if (apiVersion !== undefined && converted !== undefined) versions.set(apiVersion, converted);
  }
  const versionOf = ({ otherVersions: [apiVersion = ""] = [] }: PolicyHit): string =>
    versions.has(apiVersion) ? apiVersion : "";
  const [first = ""] = hits.map(versionOf);
  if (hits.every((hit) => versionOf(hit) === first))
    return [{ review: versions.get(first) ?? review, policies: undefined }];
  // A mutator in another version would change another object than the one that is shown.
  const named = (version: string): ReadonlySet<string> =>
    new Set(validators.filter((hit) => versionOf(hit) === version).map(({ policy }) => policy.name));
  return [
    { review, policies: named("") },
    ...[...versions].map(([version, converted]) => ({ review: converted, policies: named(version) })),
  ];
}

/** The indexes of lists of policies, which take longer to make than a review to judge. */
const known = new WeakMap<readonly Policy[], { readonly validate: PolicyIndex; readonly mutate: PolicyIndex }>();

function indexesOf(policies: readonly Policy[]): { readonly validate: PolicyIndex; readonly mutate: PolicyIndex } {
  const found = known.get(policies) ?? {
    validate: new PolicyIndex(policies, "validate"),
    mutate: new PolicyIndex(policies, "mutate"),
  };
  known.set(policies, found);
  return found;
}

/** The review in another version; undefined when it cannot be converted here. */
function inVersion(runtime: GateRuntime, review: Review, apiVersion: string): Review | undefined {
  const [group = "", version = ""] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const { resource, kind } = review;
  if (group !== resource.group || review.subresource !== "") return undefined;
  const convert = (object: JsonObject): JsonObject | undefined => {
    if (group === "autoscaling" && kind.kind === "HorizontalPodAutoscaler")
      return resource.version === "v1" && version === "v2" ? convertAutoscaler(object) : undefined;
    const conversion = { version: "v1", uid: review.uid, desiredApiVersion: apiVersion, objects: [object] } as const;
    const outcome = runConversion(conversion, runtime.conversions, runtime.deps.log);
    return outcome.converted ? outcome.objects[0] : undefined;
  };
  const [object, oldObject] = [review.object, review.oldObject].map((it) => (it === null ? null : convert(it)));
  if (object === undefined || oldObject === undefined) return undefined;
  return { ...review, resource: { ...resource, version }, kind: { ...kind, version }, object, oldObject };
}
