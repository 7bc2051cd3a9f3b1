import type { JsonObject } from "../../protocol/Json.ts";
import type { GroupVersionResource } from "../../protocol/review/Review.ts";
import type { Match, PodTemplateKind } from "./Match.ts";
import { PolicyUseError } from "./PolicyUseError.ts";

/** A kind of object with a Pod template, and the place of the template. */
export interface PodTemplateOwner extends PodTemplateKind {
  /** The member names from the object to the template. */
  readonly path: readonly string[];
}

const TEMPLATE = ["spec", "template"] as const;

/** The built-in kinds with Pod templates that a policy on Pods can also match (`podTemplates: true`). */
const podTemplateOwners: readonly PodTemplateOwner[] = [
  { group: "apps", resource: "deployments", path: TEMPLATE },
  { group: "apps", resource: "statefulsets", path: TEMPLATE },
  { group: "apps", resource: "daemonsets", path: TEMPLATE },
  { group: "apps", resource: "replicasets", path: TEMPLATE },
  { group: "batch", resource: "jobs", path: TEMPLATE },
  { group: "batch", resource: "cronjobs", path: ["spec", "jobTemplate", ...TEMPLATE] },
  { group: "", resource: "replicationcontrollers", path: TEMPLATE },
  { group: "", resource: "podtemplates", path: ["template"] },
];

/** The kinds whose Pod templates a match covers: the built-in ones, and those that it names. */
export function podTemplateKinds({ podTemplates = false }: Match): PodTemplateOwner[] {
  if (podTemplates === false) return [];
  const named = podTemplates === true ? [] : podTemplates.map((kind) => ({ path: TEMPLATE, version: "*", ...kind }));
  return [...podTemplateOwners, ...named];
}

/** The place of the Pod template in objects of a resource; of a custom resource, where most have it. */
export function podTemplatePath({ group, resource }: GroupVersionResource): readonly string[] {
  return podTemplateOwners.find((owner) => owner.group === group && owner.resource === resource)?.path ?? TEMPLATE;
}

/** A workload has no Pod template, so a policy on Pod templates cannot judge it. */
export class PodTemplateMissingError extends PolicyUseError {
  constructor(path: readonly string[]) {
    super("PodTemplateMissingError", "pod-template-missing", `the object has no Pod template at ${path.join(".")}`);
  }
}

/** Whether a workload has a Pod template at `path`. */
export function hasPodTemplate(root: object, path: readonly string[]): boolean {
  return templateAt(root, path) !== undefined;
}

/** Returns the Pod template at `path`, which a mutator changes in place. Throws {@link PodTemplateMissingError}. */
export function podTemplateAt(root: object, path: readonly string[]): object {
  const template = templateAt(root, path);
  if (template === undefined) throw new PodTemplateMissingError(path);
  return template;
}

/** Returns the Pod that the template at `path` describes, without a name. Throws {@link PodTemplateMissingError}. */
export function podOfTemplate(root: object, path: readonly string[]): JsonObject {
  const template = podTemplateAt(root, path);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: Reflect.get(template, "metadata") ?? {},
    spec: Reflect.get(template, "spec"),
  };
}

function templateAt(root: object, path: readonly string[]): object | undefined {
  let at: unknown = root;
  for (const key of path) at = typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined;
  return typeof at === "object" && at !== null && !Array.isArray(at) ? at : undefined;
}
