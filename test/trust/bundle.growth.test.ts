import { beforeAll, describe, expect, it } from "vitest";
import { viewOf } from "../../src/sync/target/TargetView.ts";
import {
  distinctCertificates,
  encodeBundle,
  parseBundle,
  readableCertificates,
  trustHash,
} from "../../src/trust/bundle.ts";
import { verifyChain } from "../../src/trust/verify/verifyChain.ts";
import type { Certificate } from "../../src/trust/x509/Certificate.ts";
import { parseCertificate } from "../../src/trust/x509/parseCertificate.ts";
import { growthOf, LINEAR } from "../run/growthOf.ts";
import { derOf } from "./derOf.ts";
import { extension, nameOf, serialOf, withParts } from "./hostileDer.ts";
import { type CertificateSpec, KEY_USE, makeCertificate, NOW } from "./makeCertificate.ts";

const BEGIN = "-----BEGIN CERTIFICATE-----\n";
const END = "-----END CERTIFICATE-----\n";
const HOST = "hook.example";
const ROOT: CertificateSpec = { subject: "O=R", key: "p256", ca: true, keyUsage: KEY_USE.certSign };
const LEAF: CertificateSpec = { subject: "CN=l", issuer: "O=R", key: "p256-b", signedBy: "p256", dns: [HOST] };

let root = new Uint8Array();
let leaf = new Uint8Array();
beforeAll(async () => {
  root = new Uint8Array(await makeCertificate(ROOT));
  leaf = new Uint8Array(await makeCertificate(LEAF));
});

const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe("the readers of PEM take linear time for", () => {
  it.each<[what: string, text: (count: number) => string]>([
    ["blanks before a text", (count) => `${" ".repeat(count)}x\n`],
    ["blanks in a block", (count) => `${BEGIN}AA${" ".repeat(count)}A\n${END}`],
    ["blanks behind a BEGIN", (count) => `${BEGIN.trimEnd()}${" ".repeat(count)}x\n${END}`],
    ["blanks behind an END", (count) => `${BEGIN}AAAA\n${END.trimEnd()}${" ".repeat(count)}x\n`],
    ["tabs and carriage returns", (count) => `${BEGIN}${"\t\r".repeat(count)}A\n${END}`],
    ["blank lines", (count) => `${BEGIN}${"\n".repeat(count)}${END}`],
    ["BEGIN lines", (count) => BEGIN.repeat(count)],
    ["END lines", (count) => `\n${END.repeat(count)}`],
    ["END lines behind a BEGIN", (count) => `${BEGIN}\n${END.replace("CERT", "OTHER").repeat(count)}`],
    ["glued blocks", (count) => `${BEGIN.trimEnd()}${END.trimEnd()}`.repeat(count)],
    ["blocks of another type", (count) => "-----BEGIN A-----\n-----END A-----\n".repeat(count)],
    ["blocks without content", (count) => `${BEGIN}${END}`.repeat(count)],
    ["headers", (count) => `${BEGIN}${"a: b\n".repeat(count)}${END}`],
    ["headers without an END", (count) => `${BEGIN}\n${END}${BEGIN}${"a:\n".repeat(count)}`],
    ["a long type", (count) => `-----BEGIN ${"-".repeat(count)}\n${END}`],
    ["base64 that is not padded", (count) => `${BEGIN}${"A".repeat(4 * count + 1)}\n${END}`],
    ["padding", (count) => `${BEGIN}${"=".repeat(count)}\n${END}`],
    ["byte order marks", (count) => "\ufeff".repeat(count)],
  ])("%s", (_, text) => {
    // About 20 KB, and 160 KB.
    const size = Math.ceil(20_000 / (text(100).length / 100));
    expect(growthOf(size, text, (it) => parseBundle(it, "f"))).toBeLessThan(LINEAR);
    expect(growthOf(size, text, readableCertificates)).toBeLessThan(LINEAR);
    const view = (bundle: string) =>
      viewOf({ hooks: [{ name: "a", url: "https://h/c/c/validate", bundle }] }, { cluster: "c" });
    expect(growthOf(size, text, view)).toBeLessThan(LINEAR);
  });
});

describe("a bundle of many CAs takes linear time:", () => {
  const validity = (index: number): Uint8Array =>
    derOf(
      0x30,
      derOf(
        0x17,
        `26010100${String(index % 60).padStart(2, "0")}${String(Math.floor(index / 60) % 60).padStart(2, "0")}Z`,
      ),
      derOf(0x17, "300101000000Z"),
    );
  it.each<[what: string, parts: (index: number) => Parameters<typeof withParts>[1]]>([
    ["of different names", (index) => ({ subject: nameOf(`CA ${index}`) })],
    ["of one name and key", (index) => ({ serial: serialOf(index) })],
    [
      "of one name and key, each valid for another time",
      (index) => ({ serial: serialOf(index), validity: validity(index) }),
    ],
    [
      "of one name and key, each with another limit",
      (index) => ({ extensions: [extension([0x2a, 1 + (index % 100), 1 + (index % 90)], serialOf(index), true)] }),
    ],
  ])("%s", (_, parts) => {
    const all = times(400, (index) => parseCertificate(withParts(root, parts(index))));
    const many = (count: number): Certificate[] => all.slice(0, count);
    expect(growthOf(50, many, distinctCertificates)).toBeLessThan(LINEAR);
    expect(growthOf(50, many, (it) => encodeBundle(it) + trustHash(it))).toBeLessThan(LINEAR);
    const served = [parseCertificate(leaf)];
    expect(growthOf(50, many, (anchors) => verifyChain({ served, anchors, host: HOST, now: NOW }))).toBeLessThan(
      LINEAR,
    );
    expect(
      growthOf(50, many, (others) =>
        verifyChain({ served: [...served, ...others], anchors: others.slice(0, 1), host: HOST, now: NOW }),
      ),
    ).toBeLessThan(LINEAR);
  });
});

describe("parseCertificate takes linear time for", () => {
  const arcs = (count: number, octet: number): number[] => [...times(count, () => octet), 1];
  const altNames = (names: readonly Uint8Array[]): Uint8Array => extension([0x55, 0x1d, 0x11], derOf(0x30, ...names));
  it.each<[what: string, parts: (count: number) => Parameters<typeof withParts>[1]]>([
    ["an OID with one endless arc", (count) => ({ extensions: [extension(arcs(count, 0x81), derOf(5))] })],
    ["an OID with many arcs", (count) => ({ extensions: [extension(arcs(count, 0x01), derOf(5), true)] })],
    [
      "many extensions",
      (count) => ({
        extensions: times(count, (index) =>
          extension([0x2a, 0x81, 0x80 + ((index >> 7) & 0x7f), index & 0x7f], derOf(5), true),
        ),
      }),
    ],
    [
      "a policy with an endless arc",
      (count) => ({
        extensions: [extension([0x55, 0x1d, 0x20], derOf(0x30, derOf(0x30, derOf(6, arcs(count, 0x81)))))],
      }),
    ],
    [
      "many key usages",
      (count) => ({
        extensions: [extension([0x55, 0x1d, 0x25], derOf(0x30, ...times(count, () => derOf(6, [0x2a, 3]))))],
      }),
    ],
    [
      "many DNS names",
      (count) => ({ extensions: [altNames(times(count, (index) => derOf(0x82, `n${index}.example`)))] }),
    ],
    [
      "many addresses",
      (count) => ({
        extensions: [
          altNames(times(count, (index) => derOf(0x87, [10, index >> 16, (index >> 8) & 0xff, index & 0xff]))),
        ],
      }),
    ],
    ["a long URI", (count) => ({ extensions: [altNames([derOf(0x86, `a://b/${"%aa".repeat(count)}|`)])] })],
    ["a long mail address", (count) => ({ extensions: [altNames([derOf(0x81, `${"a.".repeat(count)}@b`)])] })],
    ["a long name", (count) => ({ subject: nameOf("\u202e,".repeat(count)) })],
    ["a name of many parts", (count) => ({ subject: derOf(0x30, ...times(count, () => nameOf("a").subarray(2))) })],
    [
      "a long serial number",
      (count) => ({
        serial: derOf(
          2,
          times(count, () => 0x7f),
        ),
      }),
    ],
    [
      "a large RSA key",
      (count) => ({
        key: derOf(
          0x30,
          derOf(0x30, derOf(6, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]), derOf(5)),
          derOf(
            3,
            [0],
            derOf(
              0x30,
              derOf(
                2,
                times(count, () => 0x7f),
              ),
              derOf(2, [1, 0, 1]),
            ),
          ),
        ),
      }),
    ],
    [
      "many name constraints",
      (count) => ({
        extensions: [
          extension(
            [0x55, 0x1d, 0x1e],
            derOf(0x30, derOf(0xa0, ...times(count, (index) => derOf(0x30, derOf(0x82, `n${index}.example`))))),
          ),
        ],
      }),
    ],
  ])("%s", (_, parts) => {
    expect(growthOf(2_000, (count) => withParts(root, parts(count)), parseCertificate)).toBeLessThan(LINEAR);
  });
});
