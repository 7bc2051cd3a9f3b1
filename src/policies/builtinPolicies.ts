import type { Policy } from "../policy/policy.ts";
import { denyLabels } from "./denyLabels.ts";
import { disallowLatestTag } from "./disallowLatestTag.ts";
import { requireLabels } from "./requireLabels.ts";
import { requireResources } from "./requireResources.ts";

/** The built-in policies that make sense with their defaults alone, by name. */
export const builtinPolicies: ReadonlyMap<string, () => Policy> = new Map([
  ["deny-labels", () => denyLabels()],
  ["disallow-latest-tag", () => disallowLatestTag()],
  ["require-labels", () => requireLabels()],
  ["require-resources", () => requireResources()],
]);

/** The names of those that do nothing without options, and so can only be had in a gate file. */
export const builtinsWithOptions: readonly string[] = ["add-labels", "inject-sidecar"];
