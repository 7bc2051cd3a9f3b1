import type { PodSpec } from "kubernetes-types/core/v1.js";
import { expect, it } from "vitest";
import { podOs } from "../../../src/policies/sidecar/podOs.ts";

const affinity = (...terms: { key: string; values: string[]; operator?: string }[]): object => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: terms.map(({ key, values, operator = "In" }) => ({
        matchExpressions: [
          { key: "zone", operator: "Exists" },
          { key, operator, values },
        ],
      })),
    },
  },
});
const OS = "kubernetes.io/os";

it.each<[os: string, what: string, spec: object | undefined]>([
  ["linux", "no spec", undefined],
  ["linux", "a spec that says nothing", { containers: [] }],
  ["windows", "spec.os", { os: { name: "windows" } }],
  ["linux", "spec.os beside a node selector", { os: { name: "linux" }, nodeSelector: { [OS]: "windows" } }],
  ["windows", "a node selector", { nodeSelector: { zone: "a", [OS]: "windows" } }],
  ["windows", "a node selector with the deprecated label", { nodeSelector: { "beta.kubernetes.io/os": "windows" } }],
  ["windows", "required node affinity", { affinity: affinity({ key: OS, values: ["windows"] }) }],
  [
    "windows",
    "required node affinity in every term",
    { affinity: affinity({ key: OS, values: ["windows"] }, { key: OS, values: ["windows"] }) },
  ],
  [
    "linux",
    "node affinity in one of two terms",
    { affinity: affinity({ key: OS, values: ["windows"] }, { key: "a", values: ["b"] }) },
  ],
  ["linux", "node affinity for both systems", { affinity: affinity({ key: OS, values: ["windows", "linux"] }) }],
  [
    "linux",
    "node affinity that excludes Windows",
    { affinity: affinity({ key: OS, operator: "NotIn", values: ["windows"] }) },
  ],
  ["linux", "spec.os without a name", { os: {} }],
])("podOs is %s for %s", (os, _what, spec) => {
  expect(podOs(spec as PodSpec | undefined)).toBe(os);
});
