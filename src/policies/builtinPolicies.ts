import type { Policy } from "../policy/define/policy.ts";
import { disallowLatestTag } from "./images/disallowLatestTag.ts";
import { denyLabels } from "./labels/denyLabels.ts";
import { requireLabels } from "./labels/requireLabels.ts";
import { requireResources } from "./resources/requireResources.ts";

/** The built-in policies that make sense with their defaults alone, by name. */
export const builtinPolicies: ReadonlyMap<string, () => Policy> = new Map([
  ["deny-labels", () => denyLabels()],
  ["disallow-latest-tag", () => disallowLatestTag()],
  ["require-labels", () => requireLabels()],
  ["require-resources", () => requireResources()],
]);

/** The names of those that do nothing without options, and so can only be had in a gate file. */
export const builtinsWithOptions: readonly string[] = ["add-labels", "inject-sidecar"];
