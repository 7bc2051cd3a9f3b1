import { isIPv6 } from "node:net";
import { isDomainName } from "./certificateNames.ts";

/** What Go's net/url takes in a host: its table `encodeHost`, `%25`, and escapes of octets beyond ASCII. */
const HOST = /^(?:[\w\-.~!$&'()*+,;=:[\]<>"]|%(?:25|[89A-Fa-f][\dA-Fa-f]))*$/;
/** What it takes in a zone of an address: escapes of octets that a host may have, and of a blank. */
const ZONE = /^(?:[\w\-.~!$&'()*+,;=:[\]<>"]|%[\dA-Fa-f]{2})*$/;
const USER = /^[\w\-.:~!$&'()*+,;=%@]*$/;
const PORT = /^(?::\d*)?$/;

/**
 * The host of a URI, without the port, as Go reads it from a certificate (`parseSANExtension` in crypto/x509, `Parse` in
 * net/url, Go 1.26). Empty for a URI without a host, and for a host that Go compares with no name constraint. Undefined for
 * a URI for which Go refuses the certificate. `uri` is ASCII.
 */
export function uriHost(uri: string): string | undefined {
  const [text, fragment] = cut(uri, "#");
  if (!isEscaped(fragment) || /[^ -~]/.test(text) || text.startsWith(":")) return undefined;
  const scheme = /^([A-Za-z][A-Za-z\d+.-]*):/.exec(text)?.[1] ?? "";
  const [rest] = cut(scheme === "" ? text : text.slice(scheme.length + 1), "?");
  if (!rest.startsWith("/"))
    return scheme !== "" || !cut(rest, "/")[0].includes(":") ? relative(rest, scheme) : undefined;
  if (!rest.startsWith("//") || (scheme === "" && rest.startsWith("///"))) return isEscaped(rest) ? "" : undefined;
  const slash = rest.indexOf("/", 2);
  const authority = rest.slice(2, slash < 0 ? undefined : slash);
  const at = authority.lastIndexOf("@");
  const user = authority.slice(0, Math.max(at, 0));
  if (!USER.test(user) || !isEscaped(user) || !isEscaped(slash < 0 ? "" : rest.slice(slash))) return undefined;
  return hostOf(authority.slice(at + 1));
}

/** Behind a scheme, a path without a slash at its beginning may be anything. */
function relative(path: string, scheme: string): string | undefined {
  return scheme !== "" || isEscaped(path) ? "" : undefined;
}

/** `parseHost`. Some versions of Go refuse a second colon in `http` and `https` (`urlstrictcolons`). */
function hostOf(host: string): string | undefined {
  const open = host.lastIndexOf("[");
  if (open > 0) return undefined;
  if (open === 0) return isLiteral(host) ? "" : undefined;
  const colon = host.lastIndexOf(":");
  if ((colon >= 0 && !PORT.test(host.slice(colon))) || !HOST.test(host)) return undefined;
  const name = decoded(host);
  if (!isDomainName(name, false)) return undefined;
  if (!name.includes(":")) return name.toLowerCase();
  // `SplitHostPort` refuses several colons.
  return name.indexOf(":") === name.lastIndexOf(":") ? name.slice(0, name.indexOf(":")).toLowerCase() : "";
}

/** Whether a host is an IPv6 address in brackets, with its zone and a port or without (RFC 6874). */
function isLiteral(host: string): boolean {
  const close = host.lastIndexOf("]");
  const inner = host.slice(1, Math.max(close, 1));
  const zoneAt = inner.indexOf("%25");
  const address = zoneAt < 0 ? inner : inner.slice(0, zoneAt);
  const zone = zoneAt < 0 ? "" : inner.slice(zoneAt);
  if (close < 0 || !PORT.test(host.slice(close + 1)) || !HOST.test(address) || !ZONE.test(zone)) return false;
  const text = decoded(zone);
  return (
    isIPv6(decoded(address)) &&
    text !== "%" &&
    // What an escape stands for must be allowed as such. A certificate with a blank there is refused later.
    HOST.test(text.replaceAll("%", "")) &&
    isDomainName(decoded(host), false)
  );
}

/** Whether each `%` begins an escape. */
function isEscaped(text: string): boolean {
  return !/%(?![\dA-Fa-f]{2})/.test(text);
}

function decoded(text: string): string {
  return text.replace(/%([\dA-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function cut(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
