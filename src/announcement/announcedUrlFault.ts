/** A path that a gate may be served below: plain segments, and none that a capability or a cluster begins with. */
const PLAIN = /^(?:\/(?!(?:c|k)(?:\/|$))[A-Za-z0-9._~-]+)*$/;

/**
 * Why a URL cannot be announced; undefined where it can: `https://HOST[:PORT][/BASE]`, spelled as WHATWG URLs are written
 * (lower case, punycode, no default port, no `..`), so that every reader sees the same host in it. The path is not
 * repeated: it may hold a capability.
 */
export function announcedUrlFault(url: string, hosts?: readonly string[]): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "https:") return "is no https URL";
  const { origin, pathname, hostname } = parsed;
  const path = pathname === "/" ? "" : pathname;
  if (url !== `${origin}${path}`)
    return `is not spelled plainly; expected ${origin} and a path at most, without user, query, fragment, dots or a slash at its end`;
  if (!PLAIN.test(path)) return `has more of a path than where the gate is served at ${origin}`;
  if (hosts !== undefined && !hosts.includes(hostname)) return `is on the host ${hostname}, which is not among hosts`;
  return undefined;
}
