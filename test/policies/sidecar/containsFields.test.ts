import { expect, it } from "vitest";
import { containsFields } from "../../../src/policies/sidecar/containsFields.ts";

it.each<[what: string, found: unknown, wanted: unknown]>([
  ["an equal object", { a: [1, { b: null }] }, { a: [1, { b: null }] }],
  ["an object with added defaults", { image: "a:1", terminationMessagePath: "/x" }, { image: "a:1" }],
  ["a list with elements added at both ends", { m: [{ n: 0 }, { n: 1, o: 2 }, { n: 3 }] }, { m: [{ n: 1 }] }],
  ["a list with elements added in the middle", { m: [{ n: 1 }, { n: 2 }, { n: 3 }] }, { m: [{ n: 1 }, { n: 3 }] }],
  [
    "quantities that the API server has rewritten",
    { requests: { cpu: "500m", memory: "1Gi" } },
    { requests: { cpu: 0.5, memory: "1024Mi" } },
  ],
  ["requests set from limits", { limits: { cpu: "1" }, requests: { cpu: "1" } }, { limits: { cpu: "1000m" } }],
  [
    "a size limit that the API server has rewritten",
    { emptyDir: { sizeLimit: "1Gi" } },
    { emptyDir: { sizeLimit: "1024Mi" } },
  ],
  [
    "an object without empty members",
    { name: "a" },
    { name: "a", env: [], stdin: false, workingDir: "", port: 0, x: null, y: {} },
  ],
  ["a list with elements for an empty list", { env: [{ name: "A" }] }, { env: [] }],
  ["an object without an undefined member", {}, { a: undefined }],
])("containsFields accepts %s", (_what, found, wanted) => {
  expect(containsFields(found, wanted)).toBe(true);
});

it.each<[what: string, found: unknown, wanted: unknown]>([
  ["another value", { image: "a:2" }, { image: "a:1" }],
  ["a missing member", {}, { image: "a:1" }],
  ["longer arguments", { args: ["a", "b"] }, { args: ["a"] }],
  ["no arguments", {}, { args: ["a"] }],
  ["a missing element", { m: [{ n: 1 }] }, { m: [{ n: 1 }, { n: 2 }] }],
  ["one element for two equal ones", { m: [{ n: 1 }] }, { m: [{ n: 1 }, { n: 1 }] }],
  ["elements in another order", { m: [{ n: 2 }, { n: 1 }] }, { m: [{ n: 1 }, { n: 2 }] }],
  ["another quantity", { requests: { cpu: "1" } }, { requests: { cpu: "1m" } }],
  ["a missing quantity", { requests: {} }, { requests: { cpu: "1" } }],
  ["invalid quantities", { requests: { cpu: "x" } }, { requests: { cpu: "x" } }],
  ["equal numbers in members without quantities", { value: "1000m" }, { value: "1" }],
  ["an absent member of a security context", {}, { allowPrivilegeEscalation: false }],
  ["another user", { runAsUser: 1 }, { runAsUser: 0 }],
  ["a list for an object", { a: [] }, { a: { b: 1 } }],
  ["an object for a list", { a: {} }, { a: [{ b: 1 }] }],
  ["null for an object", { a: null }, { a: { b: 1 } }],
  ["an inherited member", {}, { constructor: { name: "Object" } }],
])("containsFields refuses %s", (_what, found, wanted) => {
  expect(containsFields(found, wanted)).toBe(false);
});
