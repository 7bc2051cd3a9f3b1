import type { Policy } from "../../../src/policy/define/policy.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { deepFreeze } from "../policyRun.ts";

export const RESOURCE_OF: Readonly<Record<string, [group: string, resource: string]>> = {
  Pod: ["", "pods"],
  Deployment: ["apps", "deployments"],
  ReplicaSet: ["apps", "replicasets"],
  Job: ["batch", "jobs"],
  Role: ["rbac.authorization.k8s.io", "roles"],
};

export function updateOf(oldObject: JsonObject, object: JsonObject, changes: Partial<Review> = {}): Review {
  const kind = String(object.kind);
  const [group, resource] = RESOURCE_OF[kind] ?? ["", ""];
  return deepFreeze({
    version: "v1",
    uid: "u",
    kind: { group, version: "v1", kind },
    resource: { group, version: "v1", resource },
    subresource: "",
    namespace: "shop",
    name: "web",
    operation: "UPDATE",
    user: { username: "dev", groups: [], extra: {} },
    object,
    oldObject,
    options: null,
    dryRun: false,
    ...changes,
  }) as Review;
}

export interface PodParts {
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly meta?: JsonObject;
  readonly spec?: JsonObject;
  readonly init?: readonly JsonObject[];
  readonly ephemeral?: readonly JsonObject[];
}

export function pod(
  containers: readonly JsonObject[],
  { labels = {}, meta = {}, spec = {}, init, ephemeral }: PodParts = {},
) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "shop", labels, ...meta },
    spec: {
      containers,
      ...(init === undefined ? {} : { initContainers: init }),
      ...(ephemeral === undefined ? {} : { ephemeralContainers: ephemeral }),
      ...spec,
    },
  };
}

export function deployment(template: ReturnType<typeof pod>, spec: JsonObject = {}, meta: JsonObject = {}): JsonObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", ...meta },
    spec: { ...spec, template: { metadata: { labels: template.metadata.labels }, spec: template.spec } },
  };
}

export const web = { name: "web", image: "shop:latest" };
export const ok = { name: "ok", image: "shop:1" };
export const evil = { name: "evil", image: "evil:latest" };
export const privileged = { privileged: true };

export interface Case {
  readonly policy: Policy;
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly review?: Partial<Review>;
}

export function role(rules: readonly JsonObject[]): JsonObject {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "web", namespace: "shop" },
    rules,
  };
}
