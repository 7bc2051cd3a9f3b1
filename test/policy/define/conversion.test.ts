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

it("is frozen, with a converter for each version but the hub", () => {
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
])("the plural of %s is %s, where it is not given", (kind, plural) => {
  expect(define({ kind }).plural).toBe(plural);
  expect(define({ kind, plural: "others" }).plural).toBe("others");
});

describe("a definition that could never work", () => {
  it.each<[changes: object, fault: string]>([
    [{ group: "" }, "group and kind are needed"],
    [{ kind: "" }, "group and kind are needed"],
    [{ plural: "Gate/ways" }, 'plural is "Gate/ways", which is no DNS label'],
    [{ hub: "v2" }, 'hub "v2" is none of the versions v1, v1beta1'],
    [{ convert: {} }, "convert.v1beta1 needs the functions toHub and fromHub"],
    [{ convert: { v1beta1: { toHub: same.toHub } } }, "convert.v1beta1 needs the functions toHub and fromHub"],
    [{ convert: { v1beta1: same, v1: same } }, "convert.v1 is the hub itself"],
    [{ convert: { v1beta1: same, v3: same } }, "convert.v3 is none of the versions"],
    [{ versions: ["v1", "constructor"], convert: {} }, "convert.constructor needs the functions toHub and fromHub"],
  ])("%j", (changes, fault) => {
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
])("takes the one version without a converter for the hub: %j", (versions, convert, hub) => {
  expect(conversion({ group: "example.com", kind: "Gateway", versions, convert }).hub).toBe(hub);
});

it("needs to be told the hub where that is not clear", () => {
  const make = (): unknown =>
    conversion({ group: "example.com", kind: "Gateway", versions: ["v1", "v2"], convert: {} });
  expect(make).toThrow("hub is needed where not exactly one version goes without a converter");
});
