const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** The host of an endpoint: a DNS name, an IPv4 address or an IPv6 address. It has three forms, each with its own getter. */
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

  /** The form for DNS and for certificate verification: as configured, without brackets. */
  get name(): string {
    return this.#name;
  }

  /** The form for URLs and Host headers: an IPv6 address has brackets (RFC 3986, section 3.2.2). */
  get inUrl(): string {
    return this.#name.includes(":") ? `[${this.#name}]` : this.#name;
  }

  /** The form for SNI: undefined for an IP address. The trailing dot of an absolute name is removed (RFC 6066, section 3). */
  get serverName(): string | undefined {
    const name = this.#name.replace(/\.$/, "");
    return name.includes(":") || IPV4.test(name) ? undefined : name;
  }
}
