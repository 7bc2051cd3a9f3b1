import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";

/** `IsQualifiedName` of k8s.io/apimachinery: an optional DNS subdomain and `/`, then at most 63 characters. */
const NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const PREFIX_LENGTH = 253;

/**
 * Checks the key of a label or annotation, such as `app.kubernetes.io/name`, and gives it back. One that the API server
 * would not store can never be found on an object, nor added to one. `field` is the option that holds it. Throws
 * {@link PolicyDefinitionError}.
 */
export function checkLabelKey(builtin: string, field: string, key: unknown): string {
  if (typeof key !== "string") throw new PolicyDefinitionError(builtin, field, `has a key that is not a string`);
  const slash = key.indexOf("/");
  const prefix = key.slice(0, Math.max(slash, 0));
  if (!NAME.test(key.slice(slash + 1)) || (slash >= 0 && (prefix.length > PREFIX_LENGTH || !PREFIX.test(prefix))))
    throw new PolicyDefinitionError(
      builtin,
      field,
      `has ${JSON.stringify(key)}, which is no key that Kubernetes takes`,
    );
  return key;
}
