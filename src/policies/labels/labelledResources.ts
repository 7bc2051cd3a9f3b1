import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";

/**
 * The part of a match that says whose labels a built-in is about; `pods` when no resources are given. Throws
 * {@link PolicyDefinitionError} for what is no list, and for subresources: what they carry has no labels to be found
 * (Scale), or none that may be changed there (`pods/ephemeralcontainers`).
 */
export function labelledResources(
  name: string,
  resources: unknown = ["pods"],
  apiGroups?: readonly string[],
): { resources: readonly string[]; apiGroups?: readonly string[] } {
  if (!isStringList(resources))
    throw new PolicyDefinitionError(name, "options.resources", "is not a list of resources");
  for (const resource of resources)
    if (resource.includes("/"))
      throw new PolicyDefinitionError(
        name,
        "options.resources",
        `has ${JSON.stringify(resource)}, and a subresource's labels are none to go by`,
      );
  return apiGroups === undefined ? { resources } : { resources, apiGroups };
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === "string");
}
