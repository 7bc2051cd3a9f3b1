import { expect, it } from "vitest";
import { nameConstraints } from "../../../src/cli/dev/nameConstraints.ts";
import { DerReader } from "../../../src/trust/x509/DerReader.ts";
import { readNameConstraints } from "../../../src/trust/x509/readNameConstraints.ts";

const read = (hosts: readonly string[]) =>
  readNameConstraints(new DerReader(nameConstraints(hosts), "constraints")).permitted;
const plain = ({ address, mask }: { address: Uint8Array; mask: Uint8Array }): number[][] => [[...address], [...mask]];
const LOOPBACK = [
  [
    [127, 0, 0, 0],
    [255, 0, 0, 0],
  ],
  [[...Array(15).fill(0), 1], Array(16).fill(255)],
];

it("nameConstraints permits localhost, loopback and the given hosts", () => {
  expect(read([]).dns).toEqual(["localhost"]);
  expect(read([]).ip.map(plain)).toEqual(LOOPBACK);
  const { dns, ip } = read(["172.18.0.1", "host.docker.internal", "fc00::1"]);
  expect(dns).toEqual(["localhost", "host.docker.internal"]);
  expect(ip.map(plain)).toEqual([
    ...LOOPBACK,
    [
      [172, 18, 0, 1],
      [255, 255, 255, 255],
    ],
    [[0xfc, ...Array(14).fill(0), 1], Array(16).fill(255)],
  ]);
});

it.each([1, 60, 61, 100, 200, 253])("nameConstraints encodes a name of %d characters", (length) => {
  const name = "a".repeat(length);
  expect(read([name]).dns).toEqual(["localhost", name]);
});
