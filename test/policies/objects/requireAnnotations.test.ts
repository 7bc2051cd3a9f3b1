import { expect, it } from "vitest";
import {
  type RequireAnnotationsOptions,
  requireAnnotations,
} from "../../../src/policies/objects/requireAnnotations.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { deploymentOf, faultsOf, nativeOf, pod } from "../faultsOf.ts";

const SPEC: JsonObject = { containers: [{ name: "web", image: "web:1" }] };
const web = (annotations?: JsonObject | null): JsonObject =>
  pod(SPEC, annotations === undefined ? {} : { annotations });
const denied = (rest: string, at = "metadata", kind = "Pod"): string =>
  `${at}.annotations: ${kind} must have the annotation ${rest}`;

const owner: RequireAnnotationsOptions = { annotations: ["example.com/owner"] };
const phone: RequireAnnotationsOptions = { annotations: [{ key: "phone", pattern: "\\+[0-9]{4,15}" }] };
const PHONE = denied("'phone' with a value that matches \\+[0-9]{4,15}");

it.each<[what: string, options: RequireAnnotationsOptions, object: JsonObject, messages: string[]]>([
  ["the annotation", owner, web({ "example.com/owner": "shop" }), []],
  ["its empty value", owner, web({ "example.com/owner": "" }), []],
  ["no annotations", owner, web(), [denied("'example.com/owner'")]],
  ["null", owner, web(null), [denied("'example.com/owner'")]],
  ["another annotation", owner, web({ owner: "shop" }), [denied("'example.com/owner'")]],
  ["an inherited member", { annotations: ["constructor"] }, web({}), [denied("'constructor'")]],
  ["a value that matches", phone, web({ phone: "+4930123" }), []],
  ["a value that matches in part", phone, web({ phone: "call +4930123" }), [PHONE]],
  ["no value for a pattern", phone, web({}), [denied("'phone'")]],
  ["a RegExp", { annotations: [{ key: "a", pattern: /X+/i }] }, web({ a: "xx" }), []],
  ["a value of 4,096 characters", { annotations: [{ key: "a", pattern: "a*" }] }, web({ a: "a".repeat(4096) }), []],
  [
    "a longer value",
    { annotations: [{ key: "a", pattern: "a*" }] },
    web({ a: "a".repeat(4097) }),
    [denied("'a' with a value that matches a*")],
  ],
  ["a longer value without a pattern", { annotations: ["a"] }, web({ a: "a".repeat(4097) }), []],
  ["two annotations", { annotations: ["a", "b"] }, web({ a: "1" }), [denied("'b'")]],
  ["a template", owner, deploymentOf(web()), [denied("'example.com/owner'", "spec.template.metadata", "Deployment")]],
  ["a template, not asked for", { ...owner, podTemplates: false }, deploymentOf(web()), []],
  [
    "other resources",
    { ...owner, resources: ["namespaces"] },
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
    [denied("'example.com/owner'", "metadata", "Namespace")],
  ],
  ["Pods, with other resources", { ...owner, resources: ["namespaces"] }, web(), []],
  [
    "custom resources",
    { ...owner, resources: ["gateways"], apiGroups: ["example.com"] },
    { apiVersion: "example.com/v1", kind: "Gateway", metadata: { name: "a", namespace: "shop" } },
    [denied("'example.com/owner'", "metadata", "Gateway")],
  ],
])("requireAnnotations judges %s", async (_what, options, object, messages) => {
  expect(await faultsOf(requireAnnotations(options), object)).toEqual(messages);
});

it("requireAnnotations denies that an annotation is removed, and not another update", async () => {
  expect(await faultsOf(requireAnnotations(owner), web({}), web({ "example.com/owner": "a" }))).toHaveLength(1);
  expect(await faultsOf(requireAnnotations(owner), web({ a: "1" }), web({ a: "2" }))).toEqual([]);
});

it.each<[options: object, fault: string]>([
  [{}, "options.annotations is not a list of at least one annotation"],
  [{ annotations: [] }, "options.annotations is not a list of at least one annotation"],
  [{ annotations: ["a b"] }, 'options.annotations has "a b", which is not a valid label or annotation key'],
  [{ annotations: [1] }, "options.annotations has an element that is neither a key nor an object"],
  [{ annotations: [{ key: "a", value: "b" }] }, 'options.annotations has an element with the unknown member "value"'],
  [{ annotations: [{ key: "a", pattern: 1 }] }, "options.annotations has a pattern for 'a' that is neither"],
  [{ annotations: [{ key: "a", pattern: "(?=a)" }] }, "options.annotations has a pattern for 'a' that"],
  [{ annotations: ["a"], resources: ["pods/status"] }, "options.resources"],
  [{ annotation: ["a"] }, "options.annotation is unknown"],
])("requireAnnotations refuses %j", (options, fault) => {
  expect(() => requireAnnotations(options as RequireAnnotationsOptions)).toThrow(fault);
});

it.each<[what: string, options: RequireAnnotationsOptions, native: string]>([
  ["a key", owner, "yes"],
  ["a pattern", phone, "yes"],
  [
    "a pattern that CEL does not have",
    { annotations: ["a", { key: "b", pattern: "a.b" }] },
    "in part: . of a pattern without the flag u is half of some characters: a.b; an update that adds a fault is admitted when the old object has one of the same validation",
  ],
])("requireAnnotations with %s has a native form", (_, options, native) => {
  expect(nativeOf(requireAnnotations(options))).toBe(native);
});
