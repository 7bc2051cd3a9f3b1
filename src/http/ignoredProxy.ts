import { BlockList, isIP, isIPv6 } from "node:net";

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

/** As golang.org/x/net/http/httpproxy: `*`, an address, a CIDR range, a domain with its subdomains, each with a port or none. */
function isProxied({ hostname, port }: URL, noProxy: readonly string[]): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost" || inRange(host, "127.0.0.0/8") || host === "::1") return false;
  return !noProxy.some((entry) => {
    if (entry === "") return false;
    if (entry === "*") return true;
    if (entry.includes("/")) return inRange(host, entry);
    const [, named = entry, wantedPort] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
    if (wantedPort !== undefined && wantedPort !== (port || "443")) return false;
    const name = named.replace(/^\[|\]$/g, "").replace(/^\*(?=\.)/, "");
    if (isIP(host) !== 0) return host === name;
    return name.startsWith(".") ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
  });
}

function inRange(host: string, range: string): boolean {
  const [network = "", bits = ""] = range.split("/");
  const family = isIP(host);
  if (family === 0 || isIP(network) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return false;
  const type = isIPv6(host) ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(network, Number(bits), type);
  return list.check(host, type);
}
