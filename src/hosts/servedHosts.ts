import { GateConfigError } from "../gate/config/GateConfigError.ts";

/**
 * Reads a variable with hosts, such as POSTERN_HOSTS: the hosts of the gate, as its URLs have them, such as `gate.example.com,gate.example.com:8443`. A token
 * is for one URL, and its audience is compared with the host that a request names. Undefined when the variable is not set.
 * Throws {@link GateConfigError}.
 */
export function servedHosts(text: string | undefined, variable = "POSTERN_HOSTS"): ReadonlySet<string> | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  return new Set(
    text.split(",").map((part) => {
      const host = part.trim().toLowerCase();
      const url = `https://${host}/`;
      // The port 443 is not part of a URL.
      if (!host.includes("*") && URL.canParse(url) && new URL(url).href === url && new URL(url).host === host)
        return host;
      throw new GateConfigError(
        variable,
        `has ${JSON.stringify(host.slice(0, 100))}, which is no host of a URL; expected hosts such as gate.example.com or gate.example.com:8443`,
      );
    }),
  );
}

/**
 * Whether the host of a called URL is one of the gate; an edge may have written out the port 443. Compares texts: a caller can name a
 * host that no URL has, such as `1.2.3.256`, and must not make this fail.
 */
export function isServedHost(hosts: ReadonlySet<string>, url: string): boolean {
  return hosts.has(/^https?:\/\/([^/?#]*?)(?::443)?(?:[/?#]|$)/.exec(url)?.[1] ?? "");
}
