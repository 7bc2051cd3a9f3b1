import { isIP, isIPv6 } from "node:net";
import { InvalidArgumentError } from "commander";
import { Host } from "../../protocol/Host.ts";

/** A DNS name of RFC 1123, section 2.1: labels of letters, digits and hyphens, 63 characters at most. */
const DNS_NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** IPv6 link-local addresses, fe80::/10. */
const LINK_LOCAL = /^fe[89ab]/;
/** IPv4-mapped IPv6 addresses, as a URL spells them. */
const MAPPED = /^::ffff:/;

/**
 * Parses the host of `--host`: a DNS name, an IPv4 address, or an IPv6 address with or without brackets. The name of the
 * result is spelled as in a URL: in lower case, without a trailing dot, an IPv6 address in its short form. Throws
 * `InvalidArgumentError`, which commander reports as a usage error.
 */
export function parseDevHost(text: string): Host {
  const name = new Host(text).name.toLowerCase().replace(/\.$/, "");
  const fail = (fault: string): never => {
    throw new InvalidArgumentError(fault);
  };
  if (name === "") fail("expected a name or an address, such as 172.18.0.1");
  if (name.includes("://") || /[/?#@\\]/.test(name)) fail("expected only a host, without https:// and without a path");
  if (name.includes("%")) fail("an address with a zone cannot be in a URL; use another address");
  if (isIP(name) === 0 && /^[^:]*:\d*$|\]:\d*$/.test(name)) fail("expected a host without a port; use --port");
  const url = `https://${new Host(name).inUrl}`;
  const canonical = URL.canParse(url) ? Host.ofUrl(url).name : "";
  const isAddress = isIP(canonical) !== 0;
  // A URL also accepts 127.1 and 0x7f000001, which a certificate cannot contain.
  if (isAddress && !isIPv6(canonical) && canonical !== name) fail(`write the address in full: ${canonical}`);
  if (isAddress ? text.startsWith("[") && !isIPv6(canonical) : !DNS_NAME.test(canonical))
    fail("expected a name or an address, such as 172.18.0.1");
  if (canonical === "0.0.0.0" || canonical === "::")
    fail("this is the address of no machine; name the one that the cluster calls");
  if (isIPv6(canonical) && LINK_LOCAL.test(canonical))
    fail("a link-local address needs a zone, which a URL cannot have; use another address");
  if (isIPv6(canonical) && MAPPED.test(canonical)) fail("write the IPv4 address");
  return new Host(canonical);
}
