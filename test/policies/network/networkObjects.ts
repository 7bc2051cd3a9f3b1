import type { JsonObject } from "../../../src/protocol/Json.ts";

/** A Service with this spec. */
export function service(spec: JsonObject, annotations?: JsonObject): JsonObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "shop", annotations }, spec };
}

/** An Ingress with this spec. */
export function ingress(spec: JsonObject, annotations?: JsonObject): JsonObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "web", namespace: "shop", annotations },
    spec,
  };
}
