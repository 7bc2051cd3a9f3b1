import { isIPv4, isIPv6 } from "node:net";

/** An address of 4 or 16 octets as text: dotted, or eight groups shortened as RFC 5952 says. */
export function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const hex = Buffer.from(bytes).toString("hex");
  const groups = (hex.match(/.{4}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(16));
  // The URL parser shortens, and takes the long form.
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

/** The octets of an address, 4 or 16; undefined for what is none. A zone makes it none, as in Go's net.ParseIP. */
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

/** 16 octets for either family: IPv4 as an IPv4-mapped address, which Go holds to be the same address. */
export function ipKey(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString("hex");
  return bytes.length === 4 ? `${"0".repeat(20)}ffff${hex}` : hex;
}

function groupsOf(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}
