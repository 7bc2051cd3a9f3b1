import { BlockList, isIP, isIPv6 } from "node:net";

/** IPv4-mapped IPv6 addresses (RFC 4291, section 2.5.5.2), as URLs spell them, and the bits before the IPv4 address. */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
const MAPPED_BITS = 96;

/** Environment variables. */
type Env = Readonly<Record<string, string | undefined>>;

/**
 * The note that HTTPS_PROXY is not used, for the first of some URLs that Go would call through it; undefined when there is
 * none. API servers call the `url` of a webhook as Go's `http.ProxyFromEnvironment` says, with the variables of their own
 * process (client-go, transport/cache.go). Postern connects directly, and so sees another path than such an API server.
 * The note never has the proxy's address, which may have a password.
 */
export function ignoredProxy(env: Env, urls: readonly string[]): string | undefined {
  const variable = ["HTTPS_PROXY", "https_proxy"].find((name) => (env[name] ?? "") !== "");
  const proxied = variable === undefined ? undefined : urls.find((url) => isProxied(new URL(url), noProxyOf(env)));
  if (proxied === undefined) return undefined;
  return `${variable} is set and is not used: ${new URL(proxied).host} is called directly; an API server with this variable in its own environment calls it through the proxy, unless NO_PROXY has the host`;
}

function noProxyOf(env: Env): readonly string[] {
  const list = env.NO_PROXY || env.no_proxy || "";
  return list.split(",").map((entry) => entry.trim().toLowerCase());
}

/**
 * As golang.org/x/net/http/httpproxy: `*`, an address, a CIDR range, a domain with its subdomains, each with a port or none.
 * Addresses and ranges are compared as such, and not as texts.
 */
function isProxied({ hostname, port }: URL, noProxy: readonly string[]): boolean {
  const bare = hostname.replace(/^\[|\]$/g, "");
  const address = addressOf(bare);
  const host = address ?? bare;
  if (host === "localhost" || inRange(host, "127.0.0.0/8") || host === "::1") return false;
  return !noProxy.some((entry) => {
    if (entry === "*") return true;
    if (entry.includes("/")) return inRange(host, entry);
    const [, bracketed, plain, wantedPort = ""] = /^(?:\[([^\]]*)\]|([^:]*)):(\d*)$/.exec(entry) ?? [];
    if (wantedPort !== "" && wantedPort !== (port || "443")) return false;
    const name = bracketed ?? plain ?? entry;
    if (address !== undefined) return addressOf(name) === address;
    return isBelow(host, name.replace(/^\*(?=\.)/, ""));
  });
}

/** Whether a host is a domain or below it; of `.example.com`, only below it. */
function isBelow(host: string, domain: string): boolean {
  const url = `https://${domain.replace(/^\./, "")}`;
  if (domain === "" || !URL.canParse(url)) return false;
  // In the form that URLs have: punycode.
  const name = new URL(url).hostname;
  return host.endsWith(`.${name}`) || (host === name && !domain.startsWith("."));
}

/** An address in its shortest form, an IPv4-mapped one as IPv4; undefined for other text. */
function addressOf(text: string): string | undefined {
  if (!isIPv6(text) || text.includes("%")) return isIP(text) === 4 ? text : undefined;
  const short = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [, high, low] = MAPPED.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const [left, right] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [left >> 8, left & 0xff, right >> 8, right & 0xff].join(".");
}

function inRange(host: string, range: string): boolean {
  const [given = "", length = ""] = range.split("/");
  const network = addressOf(given);
  if (network === undefined || !/^\d{1,3}$/.test(length) || Number(length) > (isIPv6(given) ? 128 : 32)) return false;
  const bits = Number(length) - (isIPv6(given) && !isIPv6(network) ? MAPPED_BITS : 0);
  if (isIP(host) !== isIP(network) || bits < 0) return false;
  const type = isIPv6(host) ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(network, bits, type);
  return list.check(host, type);
}
