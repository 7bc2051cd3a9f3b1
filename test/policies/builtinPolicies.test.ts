import { expect, it } from "vitest";
import { builtinPolicies, builtinsWithOptions } from "../../src/policies/builtinPolicies.ts";
import * as policies from "../../src/policies/index.ts";
import { judge } from "./judge.ts";
import { reviewFrom } from "./reviewFrom.ts";

const camelCase = (name: string): string => name.replace(/-(.)/g, (_match, letter: string) => letter.toUpperCase());

it("builtinPolicies and builtinsWithOptions contain every exported built-in", () => {
  // Parts of a gate, and not one policy.
  const { podSecurityByLabel: _, ...others } = policies;
  const factories = Object.entries(others).filter(([, value]) => typeof value === "function");
  const known = [...builtinPolicies.keys(), ...builtinsWithOptions];
  expect(known.map(camelCase).sort()).toEqual(factories.map(([name]) => name).sort());
});

it.each([...builtinPolicies])("builtinPolicies makes %s with its own name and a description", (name, factory) => {
  // What a user does with a Pod has no state before.
  const onExisting = name === "disallow-exec" ? "deny" : "warn";
  expect(factory()).toMatchObject({ name, description: expect.stringMatching(/^\S.*\S$/), onExisting });
});

it.each(["warn", "deny"] as const)("every built-in validator accepts onExisting: %j", (onExisting) => {
  const { denyLabels, disallowLatestTag, requireLabels, requireResources } = policies;
  const made = [denyLabels, disallowLatestTag, requireLabels, requireResources].map((make) => make({ onExisting }));
  expect(made.map((policy) => policy.onExisting)).toEqual(Array(4).fill(onExisting));
});

it.each<[name: string, denied: boolean]>([
  ["deny-labels", true],
  ["disallow-latest-tag", true],
  ["require-labels", true],
  ["require-resources", true],
])("%s denies a bad Pod and allows a good one", async (name, denied) => {
  const factory = builtinPolicies.get(name);
  const verdict = await judge(
    factory === undefined ? [] : [factory()],
    reviewFrom("validate-v1-create-pods-2"),
    "validate",
  );
  expect(verdict.allowed).toBe(!denied);
  const good = await judge(
    factory === undefined ? [] : [factory()],
    reviewFrom("validate-v1-create-pods-1"),
    "validate",
  );
  expect(good).toMatchObject({ allowed: true, warnings: [] });
});
