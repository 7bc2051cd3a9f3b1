import { expect, it } from "vitest";
import { limitIngressClasses } from "../../../src/policies/network/limitIngressClasses.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";
import { ingress } from "./networkObjects.ts";

type Options = Parameters<typeof limitIngressClasses>[0];

const two: Options = { allowed: ["internal", "public"] };
const one: Options = { allowed: ["internal"] };
const optional: Options = { allowed: ["internal"], allowNone: true };
const ANNOTATION = "kubernetes.io/ingress.class";
const annotated = (name: string): string =>
  `metadata.annotations["${ANNOTATION}"]: the class '${name}' is not allowed; use internal in spec.ingressClassName`;

it.each<[what: string, options: Options, object: JsonObject, messages: string[]]>([
  ["an allowed class", two, ingress({ ingressClassName: "public" }), []],
  [
    "another class",
    two,
    ingress({ ingressClassName: "edge" }),
    ["spec.ingressClassName: the class 'edge' is not allowed; use internal or public"],
  ],
  ["no class", one, ingress({}), ["spec.ingressClassName: the Ingress has no class; set internal"]],
  [
    "no class, with other annotations",
    one,
    ingress({}, { a: "b" }),
    ["spec.ingressClassName: the Ingress has no class; set internal"],
  ],
  ["no class, allowed", optional, ingress({}), []],
  [
    "another class, where none is allowed",
    optional,
    ingress({ ingressClassName: "public" }),
    ["spec.ingressClassName: the class 'public' is not allowed; use internal"],
  ],
  ["an allowed annotation", one, ingress({}, { [ANNOTATION]: "internal" }), []],
  ["another annotation", one, ingress({}, { [ANNOTATION]: "public" }), [annotated("public")]],
  [
    "an allowed class and another annotation",
    one,
    ingress({ ingressClassName: "internal" }, { [ANNOTATION]: "public" }),
    [annotated("public")],
  ],
])("limitIngressClasses judges %s", async (_what, options, object, messages) => {
  expect(await faultsOf(limitIngressClasses(options), object)).toEqual(messages);
});

it("limitIngressClasses denies a changed class, and not another update", async () => {
  const edge = ingress({ ingressClassName: "edge" });
  expect(await faultsOf(limitIngressClasses(one), edge, ingress({ ingressClassName: "internal" }))).toHaveLength(1);
  expect(await faultsOf(limitIngressClasses(one), edge, edge)).toEqual([]);
});

it("limitIngressClasses requires a class", () => {
  expect(() => limitIngressClasses({ allowed: [] })).toThrow("options.allowed");
});

it.each<Options>([two, optional])("limitIngressClasses is native with %j", (options) => {
  expect(nativeOf(limitIngressClasses(options))).toBe("yes");
});
