import { ipBytes, isDomainName, isMailbox } from "../x509/certificateNames.ts";
import type { IpRange, NameConstraints } from "../x509/readNameConstraints.ts";
import type { SubjectAltNames } from "../x509/readSans.ts";
import type { Chain, ChainFault } from "./Verification.ts";

/** The number of comparisons for one chain: the limit of Go up to 1.25. Limits the cost of a hostile certificate. */
const MAX_COMPARISONS = 250_000;

/** A name, and a test whether a subtree of its kind contains it. */
interface NameTest {
  readonly name: string;
  readonly kind: "dns" | "ip" | "email" | "uri";
  readonly isIn: (constraints: NameConstraints, side: "permitted" | "excluded") => boolean;
}

/**
 * Checks every alternative name in a chain against the name constraints of all CAs above it, as Go's
 * checkChainConstraints does. Returns undefined if all names are allowed. The anchor's constraints count too. Where Go
 * reads a name in several ways, the strict one applies.
 */
export function checkNameConstraints(chain: Chain): ChainFault | undefined {
  let comparisons = 0;
  for (const [index, { sans, subject }] of chain.entries()) {
    const above = chain.slice(index + 1).flatMap(({ nameConstraints }) => nameConstraints ?? []);
    if (above.length === 0) return undefined;
    const tests = testsOf(sans);
    if (tests === undefined)
      return {
        code: "name-not-allowed",
        message: `${subject.short} has a name that cannot be compared with name constraints`,
      };
    for (const constraints of above)
      for (const { name, kind, isIn } of tests) {
        comparisons += constraints.permitted[kind].length + constraints.excluded[kind].length;
        if (comparisons > MAX_COMPARISONS)
          return { code: "too-much-work", message: `more than ${MAX_COMPARISONS} comparisons of names` };
        const permitted = constraints.permitted[kind].length === 0 || isIn(constraints, "permitted");
        if (!permitted || isIn(constraints, "excluded"))
          return { code: "name-not-allowed", message: `a CA above ${subject.short} may not sign for ${name}` };
      }
  }
  return undefined;
}

/** Undefined if a name has a form that cannot be compared. */
function testsOf({ dns, ip, email, uri }: SubjectAltNames): NameTest[] | undefined {
  const hosts = uri.map(({ host }) => host);
  const comparable =
    dns.every((name) => isDomainName(name, false)) &&
    email.every(isMailbox) &&
    hosts.every((host) => host !== "" && ipBytes(host) === undefined);
  if (!comparable) return undefined;
  return [
    ...ip.map((name): NameTest => ({ name, kind: "ip", isIn: (all, side) => inRange(name, all[side].ip, side) })),
    ...dns.map((name): NameTest => ({ name, kind: "dns", isIn: (all, side) => inDomain(name, all[side].dns, side) })),
    ...hosts.map((name): NameTest => ({ name, kind: "uri", isIn: (all, side) => inDomain(name, all[side].uri, side) })),
    ...email.map(
      (name): NameTest => ({ name, kind: "email", isIn: (all, side) => isMail(name, all[side].email, side) }),
    ),
  ];
}

function inDomain(name: string, domains: readonly string[], side: "permitted" | "excluded"): boolean {
  return domains.some((domain) => {
    if (domain === "" || hasSuffix(name, domain)) return true;
    // A wildcard includes names that an exclusion one label below may name.
    return side === "excluded" && name.startsWith("*") && tail(domain) !== "" && tail(domain) === tail(name);
  });
}

/** `.example.com` contains a.example.com; `example.com` contains itself as well. */
function hasSuffix(name: string, domain: string): boolean {
  const [long, short] = [name.toLowerCase(), domain.toLowerCase()];
  return (
    long.endsWith(short) &&
    (short.startsWith(".") || long.length === short.length || long.at(-short.length - 1) === ".")
  );
}

function tail(name: string): string {
  const dot = name.indexOf(".");
  return dot < 0 ? "" : name.slice(dot).toLowerCase();
}

function isMail(mail: string, subtrees: readonly string[], side: "permitted" | "excluded"): boolean {
  const fold = (text: string): string => {
    const at = text.indexOf("@");
    return text.slice(0, at) + text.slice(at).toLowerCase();
  };
  const mailboxes = subtrees.filter((it) => it.includes("@")).map(fold);
  const domains = subtrees.filter((it) => !it.includes("@"));
  return mailboxes.includes(fold(mail)) || inDomain(mail.slice(mail.indexOf("@") + 1), domains, side);
}

function inRange(name: string, ranges: readonly IpRange[], side: "permitted" | "excluded"): boolean {
  const address = ipBytes(name);
  // Go matches an IPv4-mapped address with neither family. Strict: no permitted range contains it, every excluded one
  // does.
  if (address === undefined || name.startsWith("::ffff:")) return side === "excluded" && ranges.length > 0;
  return ranges.some((range) => {
    if (range.address.length !== address.length) return false;
    // Go does not match ranges with bits below the mask reliably.
    const sloppy = range.address.some((byte, index) => (byte & ~(range.mask[index] ?? 0)) !== 0);
    if (sloppy && side === "permitted") return false;
    return address.every((byte, index) => ((byte ^ (range.address[index] ?? 0)) & (range.mask[index] ?? 0)) === 0);
  });
}
