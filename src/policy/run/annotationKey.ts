/** The longest name part of a qualified name (`IsQualifiedName`, k8s.io/apimachinery). The API server adds the webhook's name and `/`. */
const MAX_NAME_LENGTH = 63;
/** Enough for a patch of several fields; audit events are stored for years. */
const MAX_VALUE_LENGTH = 4096;

/** Returns the key `POLICY.KEY`. A long policy name is cut and gets a hash, so that two policies do not share a key. */
export function annotationKey(policy: string, key: string): string {
  const full = `${policy}.${key}`;
  if (full.length <= MAX_NAME_LENGTH) return full;
  const hash = fnv1a(policy).toString(16).padStart(8, "0");
  return `${policy.slice(0, MAX_NAME_LENGTH - key.length - hash.length - 2)}-${hash}.${key}`;
}

/** Limits the length of a value or a message, in UTF-16 code units. A cut one ends with an ellipsis. */
export function boundedValue(value: string, limit = MAX_VALUE_LENGTH): string {
  if (value.length <= limit) return value;
  return `${value.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** FNV-1a with 32 bits. Keeps short names distinct; the gate's author chooses them, so no attacker has to be considered. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}
