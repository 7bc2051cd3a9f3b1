import type { JsonObject } from "../../protocol/Json.ts";

/** A workload and the place of its Pod template. */
export interface PodTemplateOwner {
  readonly group: string;
  readonly resource: string;
  /** The member names from the object to the template. */
  readonly template: readonly string[];
}

const TEMPLATE = ["spec", "template"] as const;

/** The workloads with Pod templates that a policy on Pods can also match (`podTemplates: true`). */
export const podTemplateOwners: readonly PodTemplateOwner[] = [
  { group: "apps", resource: "deployments", template: TEMPLATE },
  { group: "apps", resource: "statefulsets", template: TEMPLATE },
  { group: "apps", resource: "daemonsets", template: TEMPLATE },
  { group: "apps", resource: "replicasets", template: TEMPLATE },
  { group: "batch", resource: "jobs", template: TEMPLATE },
  { group: "batch", resource: "cronjobs", template: ["spec", "jobTemplate", "spec", "template"] },
  { group: "", resource: "replicationcontrollers", template: TEMPLATE },
];

/** A workload has no Pod template, so a policy on Pod templates cannot judge it. */
export class PodTemplateMissingError extends Error {
  readonly code = "pod-template-missing";
  constructor(path: readonly string[]) {
    super(`the object has no Pod template at ${path.join(".")}`);
    this.name = "PodTemplateMissingError";
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
