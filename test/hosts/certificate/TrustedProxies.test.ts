import { expect, it } from "vitest";
import { TrustedProxies } from "../../../src/hosts/certificate/TrustedProxies.ts";

function proxiesOf(text: string): TrustedProxies {
  const parsed = TrustedProxies.parse(text);
  if ("wrong" in parsed) throw new Error(`${parsed.wrong} is wrong`);
  return parsed.proxies;
}

it.each<[list: string, address: string | undefined, isListed: boolean]>([
  ["192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1", "192.0.2.2", false],
  ["192.0.2.1", "::ffff:192.0.2.1", true],
  ["192.0.2.1", "::ffff:c000:201", true],
  ["192.0.2.1", "::ffff:c000:202", false],
  ["192.0.2.1", "::192.0.2.1", false],
  ["::ffff:192.0.2.1", "192.0.2.1", true],
  ["::ffff:192.0.2.0/120", "192.0.2.9", true],
  ["::ffff:192.0.2.0/120", "192.0.3.9", false],
  ["10.0.0.0/8, 2001:db8::/32", "10.255.255.255", true],
  ["10.0.0.0/8, 2001:db8::/32", "11.0.0.0", false],
  ["10.0.0.0/8, 2001:db8::/32", "2001:DB8::1", true],
  ["10.0.0.0/8, 2001:db8::/32", "2001:db9::1", false],
  ["fe80::1", "fe80::1%eth0", true],
  ["10.0.0.0/8", "", false],
  ["10.0.0.0/8", undefined, false],
  ["10.0.0.0/8", "10.0.0.1, 10.0.0.2", false],
  ["10.0.0.0/8", "010.0.0.1", false],
])("the list %j with the address %j: %j", (list, address, isListed) => {
  expect(proxiesOf(list).has(address)).toBe(isListed);
});

it.each([
  "gate.example",
  "10.0.0.0/8/8",
  "10.0.0.0/",
  "10.0.0.0/33",
  "10.0.0.0/-1",
  "10.0.0.0/0",
  "::/0",
  "::ffff:0.0.0.0/96",
  "2001:db8::/129",
  "10.0.0.256",
])("the part %s is wrong", (part) => {
  expect(TrustedProxies.parse(`192.0.2.1, ${part}`)).toEqual({ wrong: part });
});

it.each<[peer: string | undefined, forwardedFor: string | undefined, client: string | undefined]>([
  ["198.51.100.1", undefined, "198.51.100.1"],
  // From a peer that is not listed, the header is that of the client.
  ["198.51.100.1", "203.0.113.9", "198.51.100.1"],
  ["10.0.0.1", undefined, "10.0.0.1"],
  ["10.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"],
  // The client wrote the first addresses.
  ["10.0.0.1", "192.0.2.66, 203.0.113.9", "203.0.113.9"],
  ["10.0.0.1", "10.0.0.9, 203.0.113.9, 10.0.0.2", "203.0.113.9"],
  ["10.0.0.1", "203.0.113.9,10.0.0.2,10.0.0.3", "203.0.113.9"],
  ["10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
  // What is no address ends the search at the last proxy that is known.
  ["10.0.0.1", "203.0.113.9, unknown, 10.0.0.2", "10.0.0.2"],
  ["10.0.0.1", "", "10.0.0.1"],
  ["10.0.0.1", "203.0.113.9:4711", "203.0.113.9"],
  ["10.0.0.1", "[2001:db8::9]:4711", "2001:db8::9"],
  ["10.0.0.1", "2001:DB8::9", "2001:db8::9"],
  ["10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"],
  [undefined, "203.0.113.9", undefined],
  // A call passes few proxies, and a header can have thousands of entries.
  ["10.0.0.1", `203.0.113.9, 10.0.0.16${", 10.0.0.2".repeat(15)}`, "10.0.0.16"],
  ["10.0.0.1", `203.0.113.9${", 10.0.0.2".repeat(15)}`, "203.0.113.9"],
])("the client of the peer %j with X-Forwarded-For %j is %j", (peer, forwardedFor, client) => {
  expect(proxiesOf("10.0.0.0/8").clientOf(peer, forwardedFor)).toBe(client);
});
