import { expect, it } from "vitest";
import { readGateUrl, splitGateUrl } from "../../src/protocol/gateUrl.ts";

it.each([
  ["https://gate.example.com/c/prod/validate", { base: "https://gate.example.com", path: "/c/prod/validate" }],
  ["https://gate.example.com/c/prod/mutate/pods", { base: "https://gate.example.com", path: "/c/prod/mutate/pods" }],
  ["https://gate.example.com:8443/c/prod/convert", { base: "https://gate.example.com:8443", path: "/c/prod/convert" }],
  [
    "https://gate.example.com/c/prod/convert/self-test-0a1b2c3d",
    { base: "https://gate.example.com", path: "/c/prod/convert/self-test-0a1b2c3d" },
  ],
  ["https://e.example.com/a/b/c/prod/validate", { base: "https://e.example.com/a/b", path: "/c/prod/validate" }],
  ["https://[::1]:8443/c/prod/validate", { base: "https://[::1]:8443", path: "/c/prod/validate" }],
  ["https://gate.example.com/c/other/validate", undefined],
  ["https://gate.example.com/c/prod/other", undefined],
  ["https://gate.example.com/c/prod/convert/x", undefined],
  [
    "https://gate.example.com/c/prod/validate/a/v2",
    { base: "https://gate.example.com", path: "/c/prod/validate/a/v2" },
  ],
  ["https://gate.example.com/c/prod/validate/a/b/c", undefined],
  ["https://gate.example.com/c/prod/convert/self-test-0a1b2c3d/v2", undefined],
  ["https://gate.example.com/c/prod/validate?x=y", undefined],
  ["https://me@gate.example.com/c/prod/validate", undefined],
  ["http://gate.example.com/c/prod/validate", undefined],
  ["nonsense", undefined],
])("splitGateUrl returns the base and path of %s, or undefined for another URL", (url, parts) => {
  expect(splitGateUrl(url, "prod")).toEqual(parts);
});

it.each([
  ["https://gate.example.com/c/prod/validate", ["https://gate.example.com", "prod", "validate", undefined]],
  ["https://gate.example.com/c/prod/validate/", ["https://gate.example.com", "prod", "validate", undefined]],
  ["https://gate.example.com/a/c/prod/mutate/pods?x=y", ["https://gate.example.com/a", "prod", "mutate", "pods"]],
  ["https://[::1]:8443/c/prod/convert", ["https://[::1]:8443", "prod", "convert", undefined]],
  ["https://gate.example.com/c/c/validate", ["https://gate.example.com", "c", "validate", undefined]],
  [
    "https://gate.example.com/c/validate/validate/validate",
    ["https://gate.example.com", "validate", "validate", "validate"],
  ],
  [
    "https://gate.example.com/c/prod/c/prod/validate",
    ["https://gate.example.com/c/prod", "prod", "validate", undefined],
  ],
  ["http://gate.example.com/c/prod/validate", undefined],
  ["https://gate.example.com/validate", undefined],
  ["https://gate.example.com/c//validate", undefined],
  ["https://gate.example.com/c/prod/validate/a/v2", ["https://gate.example.com", "prod", "validate", "a", "v2"]],
  ["https://gate.example.com/x/c/c/mutate/mutate/any", ["https://gate.example.com/x", "c", "mutate", "mutate", "any"]],
  ["https://gate.example.com/c/prod/convert/a/v2", undefined],
  ["https://gate.example.com/c/prod/validate/a/b/c", undefined],
  ["https://gate.example.com/c/prod/other", undefined],
  ["nonsense", undefined],
])("readGateUrl reads %s", (url, expected) => {
  const parts = readGateUrl(url);
  const { base, cluster, purpose, entry, part } = parts ?? {};
  const found =
    parts === undefined ? undefined : [base, cluster, purpose, entry, ...(part === undefined ? [] : [part])];
  expect(found).toEqual(expected);
});
