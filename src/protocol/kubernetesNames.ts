/** A DNS label (RFC 1123): at most 63 lower-case letters, digits and hyphens. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** The name part of a qualified name: at most 63 characters. Also the form of a non-empty label value. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const SUBDOMAIN_LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const MAX_SUBDOMAIN_LENGTH = 253;

/** Whether a text is a DNS label (`IsDNS1123Label`, k8s.io/apimachinery). Names of gates, policies, entries and namespaces are DNS labels. */
export function isDnsLabel(text: string): boolean {
  return LABEL.test(text);
}

/** Whether a text is a DNS subdomain, such as `example.com` (`IsDNS1123Subdomain`, k8s.io/apimachinery). */
export function isDnsSubdomain(text: string): boolean {
  return text.length <= MAX_SUBDOMAIN_LENGTH && text.split(".").every((label) => SUBDOMAIN_LABEL.test(label));
}

/** Whether a text is a valid cluster or object name: a DNS subdomain (`NameIsDNSSubdomain`, k8s.io/apimachinery). */
export function isObjectName(text: string): boolean {
  return isDnsSubdomain(text);
}

/** Whether a value is a label or annotation key, such as `app` or `example.com/app` (`IsQualifiedName`, k8s.io/apimachinery). */
export function isQualifiedName(text: unknown): text is string {
  if (typeof text !== "string") return false;
  const slash = text.indexOf("/");
  return NAME.test(text.slice(slash + 1)) && (slash < 0 || isDnsSubdomain(text.slice(0, slash)));
}

/** Whether a value is a label value: empty, or at most 63 characters (`IsValidLabelValue`, k8s.io/apimachinery). */
export function isLabelValue(text: unknown): text is string {
  return typeof text === "string" && (text === "" || NAME.test(text));
}

/**
 * The resource name of a kind, by the rule that Kubernetes' code generators follow: `ingresses` for `Ingress`,
 * `networkpolicies` for `NetworkPolicy`, `gateways` for `Gateway`.
 */
export function pluralOfKind(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular.endsWith("endpoints") || singular.endsWith("metrics")) return singular;
  if (/(s|x|z|ch|sh)$/.test(singular)) return `${singular}es`;
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`;
  return `${singular}s`;
}
