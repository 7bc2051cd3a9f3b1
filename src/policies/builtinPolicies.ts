import type { Policy } from "../policy/define/policy.ts";
import { disallowLatestTag } from "./images/disallowLatestTag.ts";
import { denyLabels } from "./labels/denyLabels.ts";
import { requireLabels } from "./labels/requireLabels.ts";
import { requireResources } from "./resources/requireResources.ts";

/** The built-in policies that need no options, by name. */
export const builtinPolicies: ReadonlyMap<string, () => Policy> = new Map([
  ["deny-labels", () => denyLabels()],
  ["disallow-latest-tag", () => disallowLatestTag()],
  ["require-labels", () => requireLabels()],
  ["require-resources", () => requireResources()],
]);

/** The names of the built-in policies that require options. Only a gate file can use them. */
export const builtinsWithOptions: readonly string[] = ["add-labels", "inject-sidecar"];
