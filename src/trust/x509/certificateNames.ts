import { isIPv4, isIPv6 } from "node:net";

const MAILBOX_LOCAL_PART = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*$/;

/**
 * Whether Go accepts a string as the DNS name of a subject alternative name. With `isConstraint`: of a name constraint,
 * which may begin with a dot. The empty string is accepted. Source: domainNameValid in crypto/x509/parser.go.
 */
export function isDomainName(name: string, isConstraint: boolean): boolean {
  if (name === "") return true;
  const labels = (isConstraint && name.startsWith(".") ? name.slice(1) : name).split(".");
  return labels.every((label) => /^[!-~]+$/.test(label));
}

/** Whether a mail address has the unquoted form of RFC 2821. Go also accepts quoted and escaped local parts. */
export function isMailbox(text: string): boolean {
  const at = text.indexOf("@");
  return at > 0 && MAILBOX_LOCAL_PART.test(text.slice(0, at)) && isDomainName(text.slice(at + 1), false);
}

/** The text of an IP address of 4 or 16 octets: dotted IPv4, or IPv6 shortened as in RFC 5952. */
export function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const hex = Buffer.from(bytes).toString("hex");
  const groups = (hex.match(/.{4}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(16));
  // The URL parser shortens the address.
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

/**
 * The 4 or 16 octets of an IP address; undefined for other text. An address with a zone is refused, as by net.ParseIP.
 */
export function ipBytes(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split(".").map(Number));
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const short = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [head = "", tail] = short.split("::");
  const front = groupsOf(head);
  const back = groupsOf(tail ?? "");
  const groups = tail === undefined ? front : [...front, ...Array(8 - front.length - back.length).fill(0), ...back];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** 16 octets in hex. An IPv4 address becomes its IPv4-mapped IPv6 address, which Go treats as the same address. */
export function ipKey(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString("hex");
  return bytes.length === 4 ? `${"0".repeat(20)}ffff${hex}` : hex;
}

function groupsOf(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}
