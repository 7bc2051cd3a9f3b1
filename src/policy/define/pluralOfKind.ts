/**
 * The resource that a kind has by the rules that the API's own names and code generators follow: `Ingress` has
 * `ingresses`, `NetworkPolicy` has `networkpolicies`, `Gateway` has `gateways`.
 */
export function pluralOfKind(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular.endsWith("endpoints") || singular.endsWith("metrics")) return singular;
  if (/(s|x|z|ch|sh)$/.test(singular)) return `${singular}es`;
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`;
  return `${singular}s`;
}
