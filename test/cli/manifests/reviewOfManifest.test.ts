import { expect, it } from "vitest";
import { reviewOfManifest } from "../../../src/cli/manifests/reviewOfManifest.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";

const review = (object: JsonObject) => reviewOfManifest(object, { operation: "CREATE" }, "uid");

it.each<[what: string, object: JsonObject, stored: JsonObject]>([
  [
    "null members of a built-in kind",
    { apiVersion: "v1", kind: "Service", metadata: { name: "a", labels: null }, spec: { type: null, ports: null } },
    { apiVersion: "v1", kind: "Service", metadata: { name: "a", namespace: "default" }, spec: {} },
  ],
  [
    "null members below lists",
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: null,
      spec: { rules: [{ host: null, http: { paths: [{ path: null, pathType: "Prefix" }] } }, null] },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { namespace: "default" },
      spec: { rules: [{ http: { paths: [{ pathType: "Prefix" }] } }, null] },
    },
  ],
  [
    "null values in maps of texts",
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", labels: { team: null } }, data: { key: null } },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a", labels: { team: "" }, namespace: "default" },
      data: { key: "" },
    },
  ],
  [
    "null members of a custom resource, but for its metadata",
    { apiVersion: "example.com/v1", kind: "App", metadata: { name: "a", annotations: null }, spec: { owner: null } },
    { apiVersion: "example.com/v1", kind: "App", metadata: { name: "a", namespace: "default" }, spec: { owner: null } },
  ],
  [
    "null defaults of a CustomResourceDefinition",
    {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "a" },
      spec: { default: null },
    },
    {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "a" },
      spec: { default: null },
    },
  ],
])("reviewOfManifest reads %s as the API server does", (_what, object, stored) => {
  expect(review(object)?.object).toEqual(stored);
});

it("reviewOfManifest returns nothing for metadata that is not an object", () => {
  expect(review({ apiVersion: "v1", kind: "Pod", metadata: "a" })).toBeUndefined();
});

it("reviewOfManifest does not change the manifest", () => {
  const object = { apiVersion: "v1", kind: "Pod", metadata: { labels: { a: null } }, spec: { volumes: null } };
  const before = structuredClone(object);
  review(object);
  expect(object).toEqual(before);
});
