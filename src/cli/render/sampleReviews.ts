import type { LabelSelector } from "../../policy/define/LabelSelector.ts";
import type { NamespaceMatch } from "../../policy/define/Match.ts";
import { type PodTemplateOwner, podTemplateKinds } from "../../policy/define/podTemplate.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { namespaceMatcher } from "../../policy/match/namespaceMatcher.ts";
import { policyTargets } from "../../policy/match/policyTargets.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { type ManifestOperation, reviewOfManifest } from "../manifests/reviewOfManifest.ts";
import { sampleObjects, sampleTemplate } from "./sampleObjects.ts";

/** A review of a small object of each built-in kind that a mutator matches, with a namespace and labels that match. */
export function sampleReviews({ match }: Policy): Review[] {
  const operation = match.operations?.includes("CREATE") === false ? "UPDATE" : "CREATE";
  const resources = new Set(policyTargets(match, "mutate").map(({ resource }) => resource));
  const objects = [...sampleObjects].filter(([resource]) => resources.has("*") || resources.has(resource));
  const named = podTemplateKinds(match).filter(({ resource }) => !sampleObjects.has(resource));
  const namespace = sampleNamespace(match.namespaces ?? {});
  const labels = sampleLabels(match.labels ?? {});
  const reviews = objects.flatMap(([resource, object], index) => {
    const metadata = { ...Object(object.metadata), labels };
    if (resource === "namespaces") metadata.name = namespace;
    else metadata.namespace = namespace;
    const labelled = labelTemplates({ ...object, metadata }, labels);
    return reviewOfManifest(isJsonObject(labelled) ? labelled : object, { operation }, `sample-${index + 1}`) ?? [];
  });
  return [...reviews, ...named.flatMap((kind) => reviewOfKind(kind, { operation, namespace, labels }))];
}

/** A review of a small object of a named kind with a Pod template. */
function reviewOfKind(
  { group, resource, version = "*", path }: PodTemplateOwner,
  { operation, namespace, labels }: { operation: ManifestOperation; namespace: string; labels: JsonObject },
): Review[] {
  const [last = "template", ...parents] = [...path].reverse();
  const object = parents.reduce<JsonObject>((inner, key) => ({ [key]: inner }), {
    selector: { matchLabels: sampleTemplate.metadata.labels },
    [last]: { ...sampleTemplate, metadata: { labels: { ...sampleTemplate.metadata.labels, ...labels } } },
  });
  const gv = { group, version: version === "*" ? "v1" : version };
  const head = { apiVersion: `${gv.group}/${gv.version}`, kind: resource, metadata: { name: "sample", namespace } };
  const review = reviewOfManifest({ ...head, ...object }, { operation }, `sample-${resource}`);
  return review === undefined ? [] : [{ ...review, resource: { ...gv, resource } }];
}

/** A namespace that matches, found by filling in the patterns; `default` when none is found. */
function sampleNamespace(match: NamespaceMatch): string {
  const holds = namespaceMatcher(match);
  const candidates = [
    "default",
    "sample",
    ...(match.include ?? []).flatMap((glob) =>
      ["", "x", "sample"].map((text) => glob.replaceAll("*", text).replaceAll("?", "x")),
    ),
  ];
  return candidates.find((name) => name !== "" && holds(name)) ?? "default";
}

function sampleLabels({ matchLabels = {}, matchExpressions = [] }: LabelSelector): JsonObject {
  const labels: Record<string, string> = { ...matchLabels };
  for (const { key, operator, values = [] } of matchExpressions) {
    if (operator === "In") labels[key] ??= values[0] ?? "";
    if (operator === "Exists") labels[key] ??= "sample";
  }
  return labels;
}

/** Adds labels to every Pod template inside an object. */
function labelTemplates(value: unknown, labels: JsonObject): unknown {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const inside = labelTemplates(member, labels);
      if (key !== "template" || !isJsonObject(inside)) return [key, inside];
      const metadata = isJsonObject(inside.metadata) ? inside.metadata : {};
      return [key, { ...inside, metadata: { ...metadata, labels: { ...Object(metadata.labels), ...labels } } }];
    }),
  );
}
