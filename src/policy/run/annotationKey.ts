/** The name part of a qualified name (`IsQualifiedName`, k8s.io/apimachinery); the API server puts the webhook's name and `/` in front. */
const NAME_LENGTH = 63;
/** Long enough for a patch of some fields; audit events are kept for years. In UTF-16 code units. */
const VALUE_LENGTH = 4096;

/** `POLICY.KEY`, with a long policy name cut and made distinct again by a hash, so that two policies never share a key. */
export function annotationKey(policy: string, key: string): string {
  const full = `${policy}.${key}`;
  if (full.length <= NAME_LENGTH) return full;
  const hash = fnv1a(policy).toString(16).padStart(8, "0");
  return `${policy.slice(0, NAME_LENGTH - key.length - hash.length - 2)}-${hash}.${key}`;
}

/** A value inside the bound; a cut one ends in an ellipsis. */
export function boundedValue(value: string): string {
  if (value.length <= VALUE_LENGTH) return value;
  return `${value.slice(0, VALUE_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** FNV-1a, 32 bits: short names into short distinct ones; nothing here needs to withstand an attacker. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}
