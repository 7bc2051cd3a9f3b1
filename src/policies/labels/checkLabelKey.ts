import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { isQualifiedName } from "../../protocol/kubernetesNames.ts";

/**
 * Checks the key of a label or annotation, such as `app.kubernetes.io/name`, and gives it back. One that the API server
 * would not store can never be found on an object, nor added to one. `field` is the option that holds it. Throws
 * {@link PolicyDefinitionError}.
 */
export function checkLabelKey(builtin: string, field: string, key: unknown): string {
  if (typeof key !== "string") throw new PolicyDefinitionError(builtin, field, `has a key that is not a string`);
  if (!isQualifiedName(key))
    throw new PolicyDefinitionError(
      builtin,
      field,
      `has ${JSON.stringify(key)}, which is no key that Kubernetes takes`,
    );
  return key;
}
