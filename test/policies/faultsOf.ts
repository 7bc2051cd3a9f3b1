import { reviewOfManifest } from "../../src/cli/manifests/reviewOfManifest.ts";
import { clusterSettings } from "../../src/gate/config/clusterSettings.ts";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import { nativePolicies } from "../../src/native/nativePolicies.ts";
import type { Policy } from "../../src/policy/define/policy.ts";
import type { JsonObject } from "../../src/protocol/Json.ts";
import type { Review } from "../../src/protocol/review/Review.ts";
import { findings } from "./judge.ts";

/** The messages of the denials when an object is created, or of an update when there is an old one. */
export async function faultsOf(policy: Policy, object: JsonObject, oldObject?: JsonObject): Promise<string[]> {
  const found = await findings(policy, reviewOf(object, oldObject));
  return found.flatMap(({ effect, message }) => (effect === "deny" ? [message ?? ""] : []));
}

/** The review of a manifest, as the API server would send it. */
export function reviewOf(object: JsonObject, oldObject?: JsonObject): Review {
  const review = reviewOfManifest(object, { operation: "CREATE" }, "1");
  if (review === undefined) throw new Error("the object has no metadata");
  return oldObject === undefined ? review : { ...review, operation: "UPDATE", oldObject };
}

/** A Pod with this spec. Of its metadata only the name is set. */
export function pod(spec: JsonObject, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: "shop", ...metadata }, spec };
}

/** A Pod with one container, `web`, and this spec. */
export function podOf(container: JsonObject, spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return pod({ ...spec, containers: [{ name: "web", image: "web:1", ...container }] }, metadata);
}

/** The Deployment of a Pod. */
export function deploymentOf({ spec, metadata }: JsonObject, replicas = 1): JsonObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    spec: { replicas, template: { metadata: { ...Object(metadata), name: undefined, namespace: undefined }, spec } },
  };
}

/** The CronJob of a Pod. */
export function cronJobOf({ spec }: JsonObject): JsonObject {
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "web", namespace: "shop" },
    spec: { schedule: "0 0 * * *", jobTemplate: { spec: { template: { spec } } } },
  };
}

/** How much of a policy with its default parameters the API server can judge itself. */
export function nativeOf(policy: Policy): string {
  const cluster = { identity: "none" } as const;
  const gate = defineGate({ policies: [policy], clusters: { c: cluster } });
  const [form] = nativePolicies(gate, clusterSettings("c", cluster, gate, true));
  return `${form?.native}${form?.native === "yes" ? "" : `: ${form?.reasons.join("; ")}`}`;
}
