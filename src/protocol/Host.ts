const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
/** What a URL parser takes for the end of a host, or removes from it. */
const NOT_OF_A_HOST = /[/?#@\\\s]/;

/**
 * The host of an endpoint: a DNS name, an IPv4 address or an IPv6 address. It has three forms, each with its own getter.
 * Two spellings of one host have the same form in a URL: upper case, an IPv6 address in its long form or `0x7f.1`.
 */
export class Host {
  readonly #name: string;

  /** `text` is the host as configured. An IPv6 address may have brackets. */
  constructor(text: string) {
    this.#name = text.length > 2 && text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  }

  /** The host of a URL. Throws TypeError for text that is not a URL. */
  static ofUrl(url: string): Host {
    return new Host(new URL(url).hostname);
  }

  /** Whether a URL can have this host. Not with a scheme, a port, a path or a zone. */
  static canParse(text: string): boolean {
    return hostname(new Host(text).name) !== undefined;
  }

  /** The form as configured, without brackets. */
  get name(): string {
    return this.#name;
  }

  /**
   * The form for URLs, Host headers and the verification of certificates, as WHATWG URLs spell it: lower case, names in
   * ASCII, short IPv6 addresses in brackets (RFC 3986, section 3.2.2). As configured if no URL can have this host.
   */
  get inUrl(): string {
    return hostname(this.#name) ?? bracketed(this.#name);
  }

  /** Whether it is this machine itself: `localhost`, a name below it (RFC 6761), 127.0.0.0/8 or ::1. */
  get isLoopback(): boolean {
    const name = this.inUrl.replace(/\.$/, "");
    return name === "[::1]" || (IPV4.test(name) ? name.startsWith("127.") : /^(?:.*\.)?localhost$/.test(name));
  }

  /** The form for SNI: undefined for an IP address. The trailing dot of an absolute name is removed (RFC 6066, section 3). */
  get serverName(): string | undefined {
    const name = this.inUrl.replace(/\.$/, "");
    return name.includes(":") || IPV4.test(name) ? undefined : name;
  }
}

function hostname(name: string): string | undefined {
  const url = `https://${bracketed(name)}`;
  return NOT_OF_A_HOST.test(name) || !URL.canParse(url) ? undefined : new URL(url).hostname;
}

function bracketed(name: string): string {
  return name.includes(":") ? `[${name}]` : name;
}
