import { describe, expect, it } from "vitest";
import { declaredResources, knownResource } from "../../../src/cli/manifests/declaredResources.ts";

const V1 = "apiextensions.k8s.io/v1";
const crd = (spec: object, apiVersion = V1) => ({ apiVersion, kind: "CustomResourceDefinition", spec });
const names = { kind: "Sheep", plural: "flocks" };
const group = "example.com";

describe("declaredResources", () => {
  it.each<[what: string, spec: object, apiVersion: string, namespaced: boolean, versions: string[]]>([
    ["v1", { group, names, scope: "Namespaced", versions: [{ name: "v1", served: true }] }, V1, true, ["v1"]],
    [
      "versions that are not served",
      { group, names, scope: "Cluster", versions: [{ name: "v1", served: false }, { name: "v2" }] },
      V1,
      false,
      ["v2"],
    ],
    [
      "v1beta1 with one version, where the scope has a default",
      { group, names, version: "v1alpha1" },
      "apiextensions.k8s.io/v1beta1",
      true,
      ["v1alpha1"],
    ],
  ])("reads a definition of %s", (_what, spec, apiVersion, namespaced, versions) => {
    expect([...declaredResources([crd(spec, apiVersion)])]).toEqual([
      ["example.com/Sheep", { resource: "flocks", namespaced, versions }],
    ]);
  });

  it("keeps the first of two definitions, with the versions of both", () => {
    const first = crd({ group, names, scope: "Cluster", versions: [{ name: "v1" }, { name: "v2" }] });
    const second = crd({ group, names: { ...names, plural: "sheep" }, versions: [{ name: "v2" }, { name: "v3" }] });
    expect(declaredResources([first, second]).get("example.com/Sheep")).toEqual({
      resource: "flocks",
      namespaced: false,
      versions: ["v1", "v2", "v3"],
    });
  });

  it.each<[what: string, object: object]>([
    ["another kind", { ...crd({ group, names }), kind: "Pod" }],
    ["another group", crd({ group, names }, "example.com/v1")],
    ["no spec", { apiVersion: V1, kind: "CustomResourceDefinition" }],
    ["no names", crd({ group })],
    ["no plural", crd({ group, names: { kind: "Sheep" } })],
    ["names of other types", crd({ group: 7, names: { kind: [], plural: {} } })],
  ])("declares nothing for an object with %s", (_what, object) => {
    expect([...declaredResources([Object(object)])]).toEqual([]);
  });
});

describe("knownResource", () => {
  const declared = declaredResources([
    crd({ group, names, scope: "Cluster" }),
    crd({ group: "apps", names: { kind: "Deployment", plural: "flocks" } }),
  ]);
  it.each<[group: string, kind: string, known: object]>([
    ["example.com", "Sheep", { resource: "flocks", namespaced: false, isGuess: false }],
    ["example.com", "Goat", { resource: "goats", namespaced: true, isGuess: true }],
    ["gateway.networking.k8s.io", "Gateway", { resource: "gateways", namespaced: true, isGuess: true }],
    ["networking.k8s.io", "Ingress", { resource: "ingresses", namespaced: true, isGuess: false }],
    ["apps", "Deployment", { resource: "deployments", namespaced: true, isGuess: false }],
    ["", "Node", { resource: "nodes", namespaced: false, isGuess: false }],
  ])("of group '%s', kind %s", (ofGroup, kind, known) => {
    expect(knownResource(ofGroup, kind, declared)).toMatchObject(known);
  });
});
