import { expect, it } from "vitest";
import { peerOf } from "../../../../src/tls/server/limits/peerOf.ts";

it.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
  ["2001:db8:1:2::9", "2001:db8:1:2"],
  ["2001:db8::9", "2001:db8:0:0"],
  ["::1", "0:0:0:0"],
  ["fe80::1%eth0", "fe80:0:0:0"],
  ["2001:db8:1::", "2001:db8:1:0"],
  ["", ""],
])("peerOf(%j) is %j", (address, peer) => {
  expect(peerOf(address)).toBe(peer);
});
