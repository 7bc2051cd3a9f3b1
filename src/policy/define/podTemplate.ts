import type { JsonObject } from "../../protocol/Json.ts";

/** Where a workload keeps its Pod template. */
export interface PodTemplateOwner {
  readonly group: string;
  readonly resource: string;
  /** Member names from the object's root to the template. */
  readonly template: readonly string[];
}

const TEMPLATE = ["spec", "template"] as const;

/** The workloads whose Pod templates a policy on Pods can ask to see (`podTemplates: true`). */
export const podTemplateOwners: readonly PodTemplateOwner[] = [
  { group: "apps", resource: "deployments", template: TEMPLATE },
  { group: "apps", resource: "statefulsets", template: TEMPLATE },
  { group: "apps", resource: "daemonsets", template: TEMPLATE },
  { group: "apps", resource: "replicasets", template: TEMPLATE },
  { group: "batch", resource: "jobs", template: TEMPLATE },
  { group: "batch", resource: "cronjobs", template: ["spec", "jobTemplate", "spec", "template"] },
  { group: "", resource: "replicationcontrollers", template: TEMPLATE },
];

/** A workload was shown to a policy on Pod templates and has none: the policy cannot judge it. */
export class PodTemplateMissingError extends Error {
  readonly code = "pod-template-missing";
  constructor(path: readonly string[]) {
    super(`the object has no Pod template at ${path.join(".")}`);
    this.name = "PodTemplateMissingError";
  }
}

/** Whether a workload has the template that {@link podTemplateAt} would return. */
export function hasPodTemplate(root: object, path: readonly string[]): boolean {
  return templateAt(root, path) !== undefined;
}

/** The template at `path`, whole, for a mutator to change in place. Throws {@link PodTemplateMissingError}. */
export function podTemplateAt(root: object, path: readonly string[]): object {
  const template = templateAt(root, path);
  if (template === undefined) throw new PodTemplateMissingError(path);
  return template;
}

/** The template at `path` as the Pod that it would become, without a name. Throws {@link PodTemplateMissingError}. */
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
