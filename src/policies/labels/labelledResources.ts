import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";

/**
 * Returns the part of a match for the resources whose labels a built-in checks or changes. Default: `pods`. Throws
 * {@link PolicyDefinitionError} for a value that is not a list, and for subresources. Their objects have no labels
 * (Scale), or labels that cannot be changed there (`pods/ephemeralcontainers`).
 */
export function labelledResources(
  builtin: string,
  resources: unknown = ["pods"],
  apiGroups?: readonly string[],
): { resources: readonly string[]; apiGroups?: readonly string[] } {
  if (!isStringList(resources))
    throw new PolicyDefinitionError(builtin, "options.resources", "is not a list of resources");
  for (const resource of resources)
    if (resource.includes("/"))
      throw new PolicyDefinitionError(
        builtin,
        "options.resources",
        `has ${JSON.stringify(resource)}; subresources are not supported`,
      );
  return apiGroups === undefined ? { resources } : { resources, apiGroups };
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === "string");
}
