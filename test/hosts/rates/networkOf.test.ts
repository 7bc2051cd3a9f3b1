import { expect, it } from "vitest";
import { networkOf } from "../../../src/hosts/rates/networkOf.ts";

it.each<[address: string, network: string]>([
  ["203.0.113.7", "203.0.113.7"],
  // As a socket on "::" has it. All clients of IPv4 would be one client otherwise.
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["::FFFF:203.0.113.8", "203.0.113.8"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
  ["2001:db8:1:2:ffff::1", "2001:db8:1:2"],
  ["2001:0DB8:0001:0002::9", "2001:db8:1:2"],
  ["2001:db8::5", "2001:db8:0:0"],
  ["2001:db8::1:2:3:4:5", "2001:db8:0:1"],
  ["::1", "0:0:0:0"],
  ["fe80::1%eth0", "fe80:0:0:0"],
])("networkOf counts the refused calls of %s as those of %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
