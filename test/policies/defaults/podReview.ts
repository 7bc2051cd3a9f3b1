import type { JsonObject } from "../../../src/protocol/Json.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";

const POD = { group: "", version: "v1", kind: "Pod" };
const PODS = { group: "", version: "v1", resource: "pods" };

/** The review of a CREATE of a Pod with a spec and labels; `change` replaces members of the review. */
export function podReview(spec: unknown, metadata: JsonObject = {}, change: Partial<Review> = {}): Review {
  return {
    version: "v1",
    uid: "1",
    kind: POD,
    resource: PODS,
    subresource: "",
    requestKind: POD,
    requestResource: PODS,
    requestSubresource: "",
    name: "web",
    namespace: "shop",
    operation: "CREATE",
    user: { username: "jane", uid: "", groups: ["system:authenticated"], extra: {} },
    object: withoutUndefined({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", namespace: "shop", ...metadata },
      spec,
    }),
    oldObject: null,
    dryRun: false,
    options: null,
    ...change,
  };
}

/** The review of an UPDATE of a Pod or a subresource, from one spec to another. */
export function podUpdate(old: unknown, spec: unknown, subresource = ""): Review {
  const { object } = podReview(old);
  return podReview(spec, {}, { operation: "UPDATE", subresource, oldObject: object });
}

/** The review of a new DaemonSet with a Pod template. */
export function daemonSetReview(template: JsonObject): Review {
  const review = deploymentReview(template);
  const resource = { group: "apps", version: "v1", resource: "daemonsets" };
  const kind = { group: "apps", version: "v1", kind: "DaemonSet" };
  const object = { ...review.object, kind: "DaemonSet" };
  return { ...review, kind, resource, requestKind: kind, requestResource: resource, object };
}

/** The review of a Deployment with a Pod template; with `old`, of its UPDATE. */
export function deploymentReview(template: JsonObject, old?: JsonObject): Review {
  const resource = { group: "apps", version: "v1", resource: "deployments" };
  const kind = { group: "apps", version: "v1", kind: "Deployment" };
  const deployment = (it: JsonObject): JsonObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    spec: { selector: { matchLabels: { app: "web" } }, template: { metadata: { labels: { app: "web" } }, ...it } },
  });
  return podReview(
    {},
    {},
    {
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      object: deployment(template),
      ...(old === undefined ? {} : { operation: "UPDATE", oldObject: deployment(old) }),
    },
  );
}

/** The members of a Pod whose controller is of a kind, for `podReview`. */
export function ownedBy(kind: string): JsonObject {
  return { ownerReferences: [{ apiVersion: "apps/v1", kind, name: "web", uid: "2", controller: true }] };
}

/** JSON has no undefined members. */
function withoutUndefined(object: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(object));
}
