const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** The host of an endpoint: a DNS name, an IPv4 or an IPv6 address. It has three forms, one getter for each. */
export class Host {
  readonly #name: string;

  /** `text` is as a config names it: an IPv6 address with or without brackets. */
  constructor(text: string) {
    this.#name = text.length > 2 && text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  }

  /** The host of a URL. Throws TypeError for text that is not a URL. */
  static ofUrl(url: string): Host {
    return new Host(new URL(url).hostname);
  }

  /** As configured, without brackets: for DNS, and for the check of a certificate. */
  get name(): string {
    return this.#name;
  }

  /** As in a URL or a Host header: an IPv6 address has brackets (RFC 3986, section 3.2.2). */
  get inUrl(): string {
    return this.#name.includes(":") ? `[${this.#name}]` : this.#name;
  }

  /** As in SNI: undefined for an address, and without the dot of an absolute name (RFC 6066, section 3). */
  get serverName(): string | undefined {
    return this.#name.includes(":") || IPV4.test(this.#name) ? undefined : this.#name.replace(/\.$/, "");
  }
}
