import type { JsonObject } from "../../../src/protocol/Json.ts";

/** A PersistentVolumeClaim with this spec. */
export function claim(spec: JsonObject, annotations?: JsonObject): JsonObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "shop", annotations },
    spec,
  };
}

/** A StatefulSet with a template for each of these claims. */
export function statefulSet(...claims: readonly JsonObject[]): JsonObject {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "shop", annotations: { "volume.beta.kubernetes.io/storage-class": "slow" } },
    spec: { replicas: 1, volumeClaimTemplates: claims.length === 0 ? undefined : claims },
  };
}

/** The spec of a claim that requests this much. */
export function request(storage: unknown): JsonObject {
  return JSON.parse(JSON.stringify({ accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } }));
}
