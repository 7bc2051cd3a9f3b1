import { ipBytes } from "../x509/certificateNames.ts";
import type { IpRange, NameSubtrees } from "../x509/readNameConstraints.ts";
import { DomainSet } from "./DomainSet.ts";

/** A kind of name that Go compares with constraints. */
export type NameKind = "dns" | "ip" | "email" | "uri";

/**
 * One side of a nameConstraints extension, prepared for lookups. Their time hardly depends on the number of subtrees: a
 * certificate can have thousands of them, and thousands of names.
 */
export class SubtreeIndex {
  readonly #side: "permitted" | "excluded";
  readonly #domains: Readonly<Record<"dns" | "email" | "uri", DomainSet>>;
  /** What follows the first label of each excluded domain. */
  readonly #tails: Readonly<Record<"dns" | "email" | "uri", ReadonlySet<string>>>;
  readonly #mailboxes: ReadonlySet<string>;
  /** By the number of octets and of bits of the mask: the masked addresses in hex. */
  readonly #ranges: ReadonlyMap<string, { readonly mask: Uint8Array; readonly addresses: Set<string> }>;
  readonly #hasRanges: boolean;

  constructor({ dns, ip, email, uri }: NameSubtrees, side: "permitted" | "excluded") {
    this.#side = side;
    const mailDomains = email.filter((it) => !it.includes("@"));
    this.#domains = { dns: new DomainSet(dns), email: new DomainSet(mailDomains), uri: new DomainSet(uri) };
    const tails = (domains: readonly string[]): Set<string> => new Set(side === "excluded" ? domains.map(tail) : []);
    this.#tails = { dns: tails(dns), email: tails(mailDomains), uri: tails(uri) };
    this.#mailboxes = new Set(email.filter((it) => it.includes("@")).map(foldHost));
    this.#hasRanges = ip.length > 0;
    this.#ranges = rangesOf(ip, side);
  }

  /** Whether a subtree contains a name: a host, an address or a mail address. */
  has(kind: NameKind, name: string): boolean {
    if (kind === "ip") return this.#hasAddress(name);
    if (kind !== "email") return this.#hasDomain(kind, name);
    return this.#mailboxes.has(foldHost(name)) || this.#hasDomain(kind, name.slice(name.indexOf("@") + 1));
  }

  #hasDomain(kind: "dns" | "email" | "uri", name: string): boolean {
    if (this.#domains[kind].has(name)) return true;
    // A wildcard includes names that an exclusion one label below may name.
    return name.startsWith("*") && tail(name) !== "" && this.#tails[kind].has(tail(name));
  }

  #hasAddress(name: string): boolean {
    const address = ipBytes(name);
    // Go matches an IPv4-mapped address with neither family. Strict: no permitted range contains it, every excluded one
    // does.
    if (address === undefined || name.startsWith("::ffff:")) return this.#side === "excluded" && this.#hasRanges;
    for (const { mask, addresses } of this.#ranges.values())
      if (mask.length === address.length && addresses.has(masked(address, mask))) return true;
    return false;
  }
}

function rangesOf(
  ranges: readonly IpRange[],
  side: "permitted" | "excluded",
): Map<string, { mask: Uint8Array; addresses: Set<string> }> {
  const found = new Map<string, { mask: Uint8Array; addresses: Set<string> }>();
  for (const { address, mask } of ranges) {
    const prefix = masked(address, mask);
    // Go does not match ranges with bits below the mask reliably.
    if (side === "permitted" && prefix !== Buffer.from(address).toString("hex")) continue;
    const key = Buffer.from(mask).toString("hex");
    const group = found.get(key) ?? { mask, addresses: new Set<string>() };
    group.addresses.add(prefix);
    found.set(key, group);
  }
  return found;
}

function masked(address: Uint8Array, mask: Uint8Array): string {
  return Buffer.from(address.map((byte, index) => byte & (mask[index] ?? 0))).toString("hex");
}

function tail(name: string): string {
  const dot = name.indexOf(".");
  return dot < 0 ? "" : name.slice(dot).toLowerCase();
}

function foldHost(mail: string): string {
  const at = mail.indexOf("@");
  return mail.slice(0, at) + mail.slice(at).toLowerCase();
}
