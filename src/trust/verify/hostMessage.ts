import type { Certificate } from "../x509/Certificate.ts";
import { ipBytes, ipKey } from "../x509/certificateNames.ts";

/** The number of names in a message. */
const MAX_NAMES = 10;
/** Of all names together. A name can have 100 KB. */
const MAX_LENGTH = 500;

/** Why a certificate is not valid for a host, for people. `host` is as in `matchesHost`. */
export function hostMessage({ sans, subject }: Pick<Certificate, "sans" | "subject">, host: string): string {
  const names = [...sans.dns, ...sans.ip];
  if (names.length === 0)
    return `${subject.short || "the certificate"} has no subject alternative names that are DNS names or IP addresses; its common name does not count`;
  const address = keyOf(host);
  const dnsName = address === undefined ? undefined : sans.dns.find((name) => keyOf(name) === address);
  if (dnsName !== undefined)
    return `the certificate has ${dnsName} only as a DNS name, and clients look for the address ${host} among its IP addresses (${listText(sans.ip)}); issue it with this IP address`;
  const kind = address === undefined ? "" : " the address";
  return `the certificate is for ${listText(names)}, not for${kind} ${host}`;
}

function keyOf(text: string): string | undefined {
  const bytes = ipBytes(text.replace(/^\[(.*)\]$/, "$1"));
  return bytes === undefined ? undefined : ipKey(bytes);
}

function listText(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return names.length === 0
    ? "none"
    : `${names.slice(0, MAX_NAMES).join(", ").slice(0, MAX_LENGTH)}${more > 0 ? ` and ${more} more` : ""}`;
}
