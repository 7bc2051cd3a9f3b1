import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { isQualifiedName } from "../../protocol/kubernetesNames.ts";

/**
 * Checks and returns a label or annotation key in an option of a built-in, such as `app.kubernetes.io/name`. The API
 * server stores no object with an invalid key. `field` is the option. Throws {@link PolicyDefinitionError}.
 */
export function checkLabelKey(builtin: string, field: string, key: unknown): string {
  if (typeof key !== "string") throw new PolicyDefinitionError(builtin, field, "has a key that is not a string");
  if (!isQualifiedName(key))
    throw new PolicyDefinitionError(
      builtin,
      field,
      `has ${JSON.stringify(key)}, which is not a valid label or annotation key`,
    );
  return key;
}
