import { expect, it } from "vitest";
import { containsFields } from "../../../src/policies/sidecar/containsFields.ts";

it.each<[what: string, found: unknown, wanted: unknown]>([
  ["the same", { a: [1, { b: null }] }, { a: [1, { b: null }] }],
  ["with defaults added", { image: "a:1", terminationMessagePath: "/x" }, { image: "a:1" }],
  ["with mounts added in front and behind", { m: [{ n: 0 }, { n: 1, o: 2 }, { n: 3 }] }, { m: [{ n: 1 }] }],
  ["with elements between", { m: [{ n: 1 }, { n: 2 }, { n: 3 }] }, { m: [{ n: 1 }, { n: 3 }] }],
  [
    "with quantities as the API server writes them",
    { requests: { cpu: "500m", memory: "1Gi" } },
    { requests: { cpu: 0.5, memory: "1024Mi" } },
  ],
  ["with requests made from limits", { limits: { cpu: "1" }, requests: { cpu: "1" } }, { limits: { cpu: "1000m" } }],
  ["with a size limit", { emptyDir: { sizeLimit: "1Gi" } }, { emptyDir: { sizeLimit: "1024Mi" } }],
  [
    "without what was empty",
    { name: "a" },
    { name: "a", env: [], stdin: false, workingDir: "", port: 0, x: null, y: {} },
  ],
  ["elements where an empty list said nothing", { env: [{ name: "A" }] }, { env: [] }],
  ["what was undefined", {}, { a: undefined }],
])("finds %s", (_what, found, wanted) => {
  expect(containsFields(found, wanted)).toBe(true);
});

it.each<[what: string, found: unknown, wanted: unknown]>([
  ["another value", { image: "a:2" }, { image: "a:1" }],
  ["a missing member", {}, { image: "a:1" }],
  ["longer arguments", { args: ["a", "b"] }, { args: ["a"] }],
  ["no arguments", {}, { args: ["a"] }],
  ["a missing element", { m: [{ n: 1 }] }, { m: [{ n: 1 }, { n: 2 }] }],
  ["one element for two alike", { m: [{ n: 1 }] }, { m: [{ n: 1 }, { n: 1 }] }],
  ["elements in another order", { m: [{ n: 2 }, { n: 1 }] }, { m: [{ n: 1 }, { n: 2 }] }],
  ["another quantity", { requests: { cpu: "1" } }, { requests: { cpu: "1m" } }],
  ["a missing quantity", { requests: {} }, { requests: { cpu: "1" } }],
  ["quantities that are none", { requests: { cpu: "x" } }, { requests: { cpu: "x" } }],
  ["equal numbers where they are no quantities", { value: "1000m" }, { value: "1" }],
  ["a security context that says nothing", {}, { allowPrivilegeEscalation: false }],
  ["root for nobody", { runAsUser: 1 }, { runAsUser: 0 }],
  ["a list for an object", { a: [] }, { a: { b: 1 } }],
  ["an object for a list", { a: {} }, { a: [{ b: 1 }] }],
  ["null for an object", { a: null }, { a: { b: 1 } }],
  ["an inherited member", {}, { constructor: { name: "Object" } }],
])("does not find it in %s", (_what, found, wanted) => {
  expect(containsFields(found, wanted)).toBe(false);
});
