import { describe, expect, it } from "vitest";
import { type ConversionDefinition, conversion } from "../../../src/policy/define/conversion.ts";

const same = { toHub: (object: object) => object, fromHub: (object: object) => object };
const good = {
  group: "example.com",
  kind: "Gateway",
  versions: ["v1", "v1beta1"],
  hub: "v1",
  convert: { v1beta1: same },
};
const define = (changes: object) =>
  conversion({ ...good, ...changes } as unknown as ConversionDefinition<string, string>);

it("conversion returns a frozen conversion with a converter for each version except the hub", () => {
  expect(define({})).toEqual({ ...good, plural: "gateways" });
  expect(Object.isFrozen(define({}))).toBe(true);
  expect(define({ versions: ["v1"], convert: {} })).toMatchObject({ versions: ["v1"] });
});

it.each([
  ["Widget", "widgets"],
  ["Gateway", "gateways"],
  ["NetworkPolicy", "networkpolicies"],
  ["Ingress", "ingresses"],
  ["Endpoints", "endpoints"],
  ["Box", "boxes"],
])("conversion derives from the kind %s the plural %s, unless it is given", (kind, plural) => {
  expect(define({ kind }).plural).toBe(plural);
  expect(define({ kind, plural: "others" }).plural).toBe("others");
});

describe("conversion refuses", () => {
  it.each<[changes: object, fault: string]>([
    [{ group: "" }, "group and kind are required"],
    [{ kind: "" }, "group and kind are required"],
    [{ plural: "Gate/ways" }, 'plural is "Gate/ways", which is not a DNS label'],
    [{ hub: "v2" }, 'hub "v2" is not one of the versions v1, v1beta1'],
    [{ convert: {} }, "convert.v1beta1 must have the functions toHub and fromHub"],
    [{ convert: { v1beta1: { toHub: same.toHub } } }, "convert.v1beta1 must have the functions toHub and fromHub"],
    [{ convert: { v1beta1: same, v1: same } }, "convert.v1 is the hub, which has no converter"],
    [{ convert: { v1beta1: same, v3: same } }, "convert.v3 is not one of the versions"],
    [{ versions: ["v1", "constructor"], convert: {} }, "convert.constructor must have the functions toHub and fromHub"],
  ])("the definition %j", (changes, fault) => {
    expect(() => define(changes)).toThrow(
      expect.objectContaining({
        code: "bad-policy",
        message: expect.stringContaining(`.example.com": ${fault}`.replace(/^.*": /, '": ')),
      }),
    );
  });
});

it.each([
  [["v1beta1", "v1"], { v1beta1: same }, "v1"],
  [["v1"], {}, "v1"],
])("conversion uses the only version without a converter as the hub: %j", (versions, convert, hub) => {
  expect(conversion({ group: "example.com", kind: "Gateway", versions, convert }).hub).toBe(hub);
});

it("conversion requires a hub unless exactly one version has no converter", () => {
  const make = (): unknown =>
    conversion({ group: "example.com", kind: "Gateway", versions: ["v1", "v2"], convert: {} });
  expect(make).toThrow("hub is required unless exactly one version has no converter");
});
