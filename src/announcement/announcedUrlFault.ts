import { isBasePath } from "../protocol/gateUrl.ts";

/**
 * Returns why a URL cannot be announced, undefined when it can. The form is `https://HOST[:PORT][/BASE]` in the spelling of
 * WHATWG URLs (lower case, punycode, no default port, no `..`), so that every reader sees the same host. The message never
 * contains the path, which may hold a capability. Without `hosts` any host is allowed.
 */
export function announcedUrlFault(url: string, hosts?: readonly string[]): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "https:") return "is not an https URL";
  const { origin, pathname, hostname } = parsed;
  const path = pathname === "/" ? "" : pathname;
  if (url !== `${origin}${path}`)
    return `is not in normal form; expected ${origin} and optionally a path, without user, query, fragment, dots or a trailing slash`;
  if (!isBasePath(path)) return `has a path that is not the base path of a gate at ${origin}`;
  if (hosts !== undefined && !hosts.includes(hostname)) return `is on the host ${hostname}, which is not among hosts`;
  return undefined;
}
