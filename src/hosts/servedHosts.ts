import { GateConfigError } from "../gate/config/GateConfigError.ts";

/**
 * Reads POSTERN_HOSTS: the hosts of the gate, as its URLs have them, such as `gate.example.com,gate.example.com:8443`. A token
 * is for one URL, and its audience is compared with the host that a request names. Undefined when the variable is not set.
 * Throws {@link GateConfigError}.
 */
export function servedHosts(text: string | undefined): ReadonlySet<string> | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  return new Set(
    text.split(",").map((part) => {
      const host = part.trim().toLowerCase();
      const url = `https://${host}/`;
      // The port 443 is not part of a URL.
      if (!host.includes("*") && URL.canParse(url) && new URL(url).href === url && new URL(url).host === host)
        return host;
      throw new GateConfigError(
        "POSTERN_HOSTS",
        `has ${JSON.stringify(host.slice(0, 100))}, which is no host of a URL; expected hosts such as gate.example.com or gate.example.com:8443`,
      );
    }),
  );
}
