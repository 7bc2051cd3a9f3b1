import { isJsonObject } from "../../protocol/Json.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { withMetadata } from "./updateOfOlder.ts";

/** A review of an object that a controller creates. Of a Pod, by a DaemonSet, which binds it to a node by its affinity. */
export function ofController(review: Review): Review {
  const isPod = review.resource.group === "" && review.resource.resource === "pods";
  const owner = { apiVersion: "apps/v1", kind: isPod ? "DaemonSet" : "Owner", name: "sample", uid: "1" };
  const metadata = isJsonObject(review.object?.metadata) ? review.object.metadata : {};
  const owned = withMetadata(review.object, {
    labels: { app: "sample", ...Object(metadata.labels) },
    ownerReferences: [{ ...owner, controller: true }],
  });
  const object = isPod ? { ...owned, spec: { ...Object(owned.spec), affinity: DAEMON_AFFINITY } } : owned;
  return { ...review, object, oldObject: review.oldObject === null ? null : object };
}

const NODE_FIELD = { key: "metadata.name", operator: "In", values: ["node-1"] };
/** As `ReplaceDaemonSetPodNodeNameNodeAffinity` writes it (pkg/controller/daemon/util). */
const DAEMON_AFFINITY = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [NODE_FIELD] }] },
  },
};
