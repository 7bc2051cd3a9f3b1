import { describe, expect, it } from "vitest";
import { ConversionError } from "../../../src/policy/define/conversion.ts";
import type { KubernetesObject } from "../../../src/policy/define/ResourceTypes.ts";
import { decodeConversionReview } from "../../../src/protocol/review/decodeConversionReview.ts";
import { readReview, reviewNames } from "../../fixtures/readReview.ts";
import { convert, gateway, gateways, metadata } from "./gatewayConversion.ts";

describe("runConversion with captured reviews", () => {
  it.each(reviewNames.filter((name) => name.startsWith("conversion")))("converts %s and keeps its metadata", (name) => {
    const decoded = decodeConversionReview(JSON.parse(readReview(name)));
    if (!decoded.ok) throw new Error(decoded.fault.path);
    const { objects, desiredApiVersion } = decoded.value;
    const { outcome } = convert(objects, desiredApiVersion);
    if (!outcome.converted) throw new Error(outcome.message);
    expect(outcome.objects.map(({ apiVersion, kind, metadata: kept }) => ({ apiVersion, kind, kept }))).toEqual(
      objects.map(({ kind, metadata: kept }) => ({ apiVersion: desiredApiVersion, kind, kept })),
    );
  });
});

describe("runConversion converts", () => {
  it.each([
    ["v1", { host: "h" }, "v1beta1", { hostname: "h" }],
    ["v1beta1", { hostname: "h" }, "v1", { host: "h" }],
    ["v1beta1", { hostname: "h" }, "v1alpha1", { address: "h" }],
    ["v1alpha1", { address: "h" }, "v1beta1", { hostname: "h" }],
    ["v1", { host: "h" }, "v1", { host: "h" }],
  ])("%s with %j to %s with %j", (from, before, to, after) => {
    expect(convert([gateway(from, before)], `example.com/${to}`).outcome).toEqual({
      converted: true,
      objects: [gateway(to, after)],
    });
  });

  it("an empty list of objects", () => {
    expect(convert([], "example.com/v1").outcome).toEqual({ converted: true, objects: [] });
  });

  it("many objects of several versions in order", () => {
    const objects = Array.from({ length: 50 }, (_, i) =>
      gateway(i % 2 ? "v1" : "v1beta1", i % 2 ? { host: `${i}` } : { hostname: `${i}` }),
    );
    const { outcome } = convert(objects, "example.com/v1");
    expect(outcome.converted && outcome.objects.map((object) => Object(object.spec).host)).toEqual(
      objects.map((_, i) => `${i}`),
    );
  });

  it("only labels and annotations of the metadata", () => {
    const fromHub = (object: KubernetesObject) => ({
      ...object,
      apiVersion: "wrong/v9",
      kind: "Wrong",
      metadata: { name: "a", namespace: "n", uid: "u", labels: { l: "2" }, generation: 99, finalizers: ["x"] },
    });
    const { annotations, ...kept } = metadata;
    expect(annotations).toBeDefined();
    expect(convert([gateway("v1", {})], "example.com/v1beta1", gateways({ fromHub })).outcome).toEqual({
      converted: true,
      objects: [gateway("v1beta1", {}, { metadata: { ...kept, labels: { l: "2" } } })],
    });
  });

  it("with a converter that changes its argument or removes the metadata", () => {
    const fromHub = (object: KubernetesObject) => {
      Object.assign(Object(object.spec), { x: 1 });
      delete object.metadata;
      return object;
    };
    const given = gateway("v1", {});
    expect(convert([given], "example.com/v1beta1", gateways({ fromHub })).outcome).toEqual({
      converted: true,
      objects: [gateway("v1beta1", { x: 1 })],
    });
    expect(given.spec).toEqual({});
  });

  it.each([
    ["without metadata", undefined, "v1beta1"],
    ["with metadata that is null", null, "v1beta1"],
    ["without metadata that has the version already", undefined, "v1"],
  ])("an object %s, and gives it the metadata that the API server requires", (_what, given, version) => {
    const { outcome } = convert([gateway("v1", {}, { metadata: given })], `example.com/${version}`);
    expect(outcome).toEqual({ converted: true, objects: [gateway(version, {}, { metadata: {} })] });
  });

  it("an object with a member named __proto__, and keeps the member", () => {
    const { outcome } = convert(
      [JSON.parse(JSON.stringify(gateway("v1", {})).replace('"spec":{', '"spec":{"__proto__":{"a":1}'))],
      "example.com/v1beta1",
    );
    expect(JSON.stringify(outcome)).toContain('"__proto__":{"a":1}');
  });
});

describe("runConversion fails with a message that names the object", () => {
  const at = (version: string, reason: string) => `objects[0], Gateway n/a, to example.com/${version}: ${reason}`;
  it.each<[what: string, object: object, desired: string, message: string]>([
    ["no apiVersion", { kind: "Gateway", metadata }, "example.com/v1", at("v1", "apiVersion or kind is missing")],
    [
      "no kind",
      { apiVersion: "example.com/v1", metadata },
      "example.com/v1",
      "objects[0], object n/a, to example.com/v1: apiVersion or kind is missing",
    ],
    [
      "metadata that is a list",
      gateway("v1", {}, { metadata: [] }),
      "example.com/v1",
      "objects[0], Gateway (unnamed), to example.com/v1: metadata is not an object",
    ],
    [
      "another desired group",
      gateway("v1", {}),
      "other.com/v1",
      "objects[0], Gateway n/a, to other.com/v1: its group is example.com, and a conversion cannot change the group",
    ],
    [
      "an unknown kind",
      gateway("v1", {}, { kind: "Door" }),
      "example.com/v1",
      "objects[0], Door n/a, to example.com/v1: this gate has no conversion for Door of example.com",
    ],
    [
      "an unknown version of the object",
      gateway("v7", {}),
      "example.com/v1",
      at("v1", "this gate does not know version v7; known are v1, v1beta1, v1alpha1"),
    ],
    [
      "an unknown desired version",
      gateway("v1", {}),
      "example.com/constructor",
      at("constructor", "this gate does not know version constructor; known are v1, v1beta1, v1alpha1"),
    ],
  ])("for %s", (_what, object, desired, message) => {
    expect(convert([object], desired)).toEqual({ outcome: { converted: false, message }, logged: [] });
  });

  const returns = (value: unknown) => () => value as KubernetesObject;
  const throws = (error: unknown) => () => {
    throw error;
  };
  it.each<[what: string, fromHub: (object: KubernetesObject) => KubernetesObject, reason: string, logged: number]>([
    ["throws a ConversionError", throws(new ConversionError("host is too long")), "host is too long", 0],
    [
      "throws another error",
      throws(new Error("s3cret")),
      "the converter v1beta1.fromHub failed; the gate's log has the error",
      1,
    ],
    ["throws null", throws(null), "the converter v1beta1.fromHub failed; the gate's log has the error", 1],
    ["returns nothing", returns(undefined), "the converter v1beta1.fromHub did not return an object", 0],
    ["returns a list", returns([{}]), "the converter v1beta1.fromHub did not return an object", 0],
    ["returns a promise", returns(Promise.resolve({})), "the converter v1beta1.fromHub did not return an object", 0],
    [
      "returns a Date",
      (object) => ({ ...object, at: new Date(0) }),
      "the converter v1beta1.fromHub: /at is a Date, which JSON cannot represent",
      0,
    ],
    [
      "returns NaN",
      (object) => ({ ...object, spec: { n: Number.NaN } }),
      "the converter v1beta1.fromHub: /spec/n is NaN, which JSON cannot represent",
      0,
    ],
    [
      "changes the name",
      (object) => ({ ...object, metadata: { ...object.metadata, name: "b" } }),
      "the converter v1beta1.fromHub changed metadata.name",
      0,
    ],
    [
      "drops the namespace",
      returns({ metadata: { name: "a", uid: "u" } }),
      "the converter v1beta1.fromHub changed metadata.namespace",
      0,
    ],
    [
      "changes the uid",
      (object) => ({ ...object, metadata: { ...object.metadata, uid: "x" } }),
      "the converter v1beta1.fromHub changed metadata.uid",
      0,
    ],
    [
      "makes metadata a string",
      returns({ metadata: "a" }),
      "the converter v1beta1.fromHub returned metadata that is not an object",
      0,
    ],
  ])("for a converter that %s", (_what, fromHub, reason, logged) => {
    const result = convert([gateway("v1", {})], "example.com/v1beta1", gateways({ fromHub }));
    expect(result.outcome).toEqual({ converted: false, message: at("v1beta1", reason) });
    expect(result.logged).toHaveLength(logged);
  });

  it("for the first of several objects, and returns no objects", () => {
    const { outcome } = convert([gateway("v1", {}), gateway("v9", {}), gateway("v1", {})], "example.com/v1beta1");
    expect(outcome).toEqual({ converted: false, message: expect.stringMatching(/^objects\[1\], Gateway n\/a, /) });
  });
});
