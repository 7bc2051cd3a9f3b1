import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";

/** More proxies than a call passes. A header can have thousands of entries. */
const MAX_PROXIES = 16;

/** Addresses and networks of proxies whose headers are believed. */
export class TrustedProxies {
  readonly #list = new BlockList();

  private constructor() {}

  /**
   * Parses a comma-separated list of addresses and CIDR networks, of IPv4 and IPv6. Returns the first part that is none of them, in
   * `wrong`. A network that contains every address is wrong as well: it would believe every caller.
   */
  static parse(text: string): { readonly proxies: TrustedProxies } | { readonly wrong: string } {
    const proxies = new TrustedProxies();
    const parts = text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
    const wrong = parts.find((part) => !proxies.#add(part));
    return wrong === undefined ? { proxies } : { wrong };
  }

  #add(part: string): boolean {
    const [given = "", bits, ...rest] = part.split("/");
    const address = plainAddress(given);
    const family = address === undefined ? undefined : familyOf(address);
    if (address === undefined || family === undefined || rest.length > 0) return false;
    if (bits === undefined) {
      this.#list.addAddress(address, family);
      return true;
    }
    // The prefix of a mapped network counts 96 bits before those of IPv4.
    const isMapped = family === "ipv4" && isIPv6(given);
    const prefix = Number(bits) - (isMapped ? 96 : 0);
    if (!/^\d{1,3}$/.test(bits) || prefix < 1 || prefix > (family === "ipv4" ? 32 : 128)) return false;
    this.#list.addSubnet(address, prefix, family);
    return true;
  }

  /** Whether an address belongs to a listed proxy. */
  has(given: string | undefined): boolean {
    const address = given === undefined ? undefined : plainAddress(given);
    return address !== undefined && this.#list.check(address, familyOf(address));
  }

  /**
   * The address of the client: the one that is nearest to this process and not a listed proxy. `peer` is the address of the
   * connection. Each listed proxy has added the address that called it at the end of `forwardedFor`, the header
   * X-Forwarded-For. What is left of the first other address was written by the client, and can be anything.
   */
  clientOf(peer: string | undefined, forwardedFor: string | undefined): string | undefined {
    let client = peer === undefined ? undefined : (plainAddress(peer) ?? peer);
    let rest = forwardedFor ?? "";
    for (let proxies = 0; rest !== "" && proxies < MAX_PROXIES && this.has(client); proxies += 1) {
      const comma = rest.lastIndexOf(",");
      const next = plainAddress(withoutPort(rest.slice(comma + 1).trim()));
      if (next === undefined) break;
      client = next;
      rest = rest.slice(0, Math.max(comma, 0));
    }
    return client;
  }
}

/** An address without its zone, an IPv4 address as such where it is mapped to IPv6. Undefined for what is no address. */
function plainAddress(text: string): string | undefined {
  const [address = ""] = text.split("%", 1);
  if (isIP(address) === 0) return undefined;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? mappedInHex(address) ?? address.toLowerCase();
}

/** `::ffff:7f00:1` is 127.0.0.1. */
function mappedInHex(address: string): string | undefined {
  const [, high, low] = /^(?:::|(?:0{1,4}:){5})ffff:([\da-f]{1,4}):([\da-f]{1,4})$/i.exec(address) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const bits = Number.parseInt(high, 16) * 0x1_0000 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join(".");
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  const [, inBrackets, plain] = /^(?:\[([^\]]*)\](?::\d+)?|([^:]*):\d+)$/.exec(text) ?? [];
  return inBrackets ?? plain ?? text;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6";
}
