import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCertificate, pemBlock } from "../../../src/trust/x509/parseCertificate.ts";
import { derOf } from "../derOf.ts";
import { BUILD_PATIENCE, GoVerifier } from "../GoVerifier.ts";
import {
  type CertificateSpec,
  DAY,
  KEY_USE,
  makeCertificate,
  NOW,
  nameConstraints,
  type RawExtension,
} from "../makeCertificate.ts";

const CA: CertificateSpec = {
  subject: "CN=Issuer\\, Inc., O=Example, C=DE",
  issuer: "CN=Root",
  key: "rsa",
  signedBy: "p256",
  ca: true,
  pathLen: 1,
  keyUsage: KEY_USE.certSign,
  extKeyUsage: ["1.3.6.1.5.5.7.3.1"],
  dns: ["ca.example"],
  ip: ["10.1.2.3", "2001:db8::1"],
  email: ["a@b.example"],
  uri: ["https://ca.example:8443/x"],
  extensions: [
    nameConstraints(
      [
        [0x82, "example"],
        [0x81, "a@b.example"],
        [0x86, "x.example"],
      ],
      [[0x87, [10, 0, 0, 0, 255, 0, 0, 0]]],
    ),
    { oid: "2.5.29.32", critical: true, value: derOf(0x30, derOf(0x30, derOf(0x06, [0x2a, 3]))) },
    { oid: "2.5.29.33", value: derOf(0x30, derOf(0x30, derOf(0x06, [0x2a, 3]), derOf(0x06, [0x2a, 4]))) },
    { oid: "2.5.29.36", critical: true, value: derOf(0x30, derOf(0x80, [1]), derOf(0x81, [0])) },
    { oid: "2.5.29.54", critical: true, value: derOf(0x02, [0]) },
    { oid: "2.5.29.31", value: derOf(0x30, derOf(0x30, derOf(0xa0, derOf(0xa0, derOf(0x86, "http://crl.example"))))) },
    { oid: "1.3.6.1.5.5.7.1.1", value: derOf(0x30, derOf(0x30, derOf(0x06, [0x2a]), derOf(0x86, "http://x"))) },
  ],
};

let go: GoVerifier | undefined;
beforeAll(async () => {
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

const read = async (spec: CertificateSpec) => parseCertificate(await makeCertificate(spec));
const extended = (...extensions: RawExtension[]): Promise<Uint8Array> =>
  makeCertificate({ subject: "CN=x", key: "p256", extensions });

describe("parseCertificate", () => {
  it("reads the fields that verification needs", async () => {
    const certificate = await read(CA);
    expect(certificate).toMatchObject({
      version: 3,
      subject: { text: "CN=Issuer\\, Inc., O=Example, C=DE", short: "Issuer, Inc." },
      issuer: { text: "CN=Root", short: "Root" },
      notBefore: new Date(NOW - 30 * DAY),
      notAfter: new Date(NOW + 30 * DAY),
      isCa: true,
      pathLen: 1,
      keyUsage: ["keyCertSign", "cRLSign"],
      extKeyUsage: ["1.3.6.1.5.5.7.3.1"],
      sans: {
        dns: ["ca.example"],
        ip: ["10.1.2.3", "2001:db8::1"],
        email: ["a@b.example"],
        uri: [{ text: "https://ca.example:8443/x", host: "ca.example" }],
      },
      nameConstraints: {
        permitted: { dns: ["example"], ip: [], email: ["a@b.example"], uri: ["x.example"] },
        excluded: { dns: [], ip: [{}] },
        partlyRead: false,
      },
      publicKey: { kind: "rsa", bits: 2048, usable: true },
      signatureAlgorithm: "SHA256-ECDSA",
      unknownCritical: [],
      needsPolicies: true,
    });
    expect(Object.isFrozen(certificate)).toBe(true);
  });

  it("reads every root of Node's trust store as Node does", () => {
    for (const pem of rootCertificates) {
      const theirs = new X509Certificate(pem);
      const ours = parseCertificate(theirs.raw);
      expect(ours).toMatchObject({
        fingerprint: theirs.fingerprint256.replaceAll(":", "").toLowerCase(),
        serial: theirs.serialNumber.toLowerCase().replace(/^0+(?=.)/, ""),
        notBefore: theirs.validFromDate,
        notAfter: theirs.validToDate,
        isCa: theirs.ca,
      });
      expect(new X509Certificate(ours.pem).raw).toEqual(theirs.raw);
      const key = ours.publicKey.kind === "unknown" ? undefined : ours.publicKey.key;
      expect(key?.equals(theirs.publicKey)).toBe(true);
    }
  });

  it("copies its input", async () => {
    const der = await makeCertificate(CA);
    const certificate = parseCertificate(der);
    der.fill(0);
    expect(parseCertificate(certificate.der).fingerprint).toBe(certificate.fingerprint);
  });

  it("escapes control characters and direction-changing characters in names", async () => {
    // The generator would escape them: make a name of the same length and overwrite it.
    const der = Buffer.from(await makeCertificate({ subject: "CN=PLACEHOLDER", key: "p256" }));
    const evil = Buffer.from("a\u001b[m\u202e\u2028b");
    for (let at = der.indexOf("PLACEHOLDER"); at >= 0; at = der.indexOf("PLACEHOLDER")) {
      evil.copy(der, at);
      // From a PrintableString to a UTF8String.
      der[at - 2] = 0x0c;
    }
    expect(parseCertificate(der).subject).toMatchObject({
      short: "a\\u{1b}[m\\u{202e}\\u{2028}b",
      text: "CN=a\\u{1b}[m\\u{202e}\\u{2028}b",
    });
  });

  it.each<[what: string, der: () => Promise<Uint8Array>, message: RegExp]>([
    ["empty input", async () => new Uint8Array(), /in place of 0x30/],
    ["data after the end", async () => Buffer.concat([await makeCertificate(CA), Buffer.of(0)]), /after its end/],
    ["a truncated certificate", async () => (await makeCertificate(CA)).slice(0, -1), /truncated/],
    ["a duplicate extension", () => extended(...[1, 2].map(() => ({ oid: "1.2.3", value: derOf(5) }))), /twice/],
    [
      "an address of five octets",
      () => extended({ oid: "2.5.29.17", value: derOf(0x30, derOf(0x87, [1, 2, 3, 4, 5])) }),
      /IP address/,
    ],
    [
      "a name that is not ASCII",
      () => extended({ oid: "2.5.29.17", value: derOf(0x30, derOf(0x82, [0xe4])) }),
      /ASCII/,
    ],
    [
      "a critical key identifier",
      () =>
        makeCertificate({
          subject: "CN=x",
          key: "p256",
          keyIds: false,
          extensions: [{ oid: "2.5.29.14", critical: true, value: derOf(4, "id") }],
        }),
      /critical/,
    ],
    ["empty name constraints", () => extended({ oid: "2.5.29.30", value: derOf(0x30) }), /empty/],
    [
      "an IP mask that is not a prefix",
      () => extended(nameConstraints([[0x87, [10, 0, 0, 0, 255, 0, 255, 0]]], [])),
      /mask/,
    ],
    [
      "a padded length",
      () => extended({ oid: "2.5.29.37", value: Uint8Array.of(0x30, 0x81, 3, 6, 1, 0x2a) }),
      /padded length/,
    ],
    [
      "an indefinite length",
      () => extended({ oid: "2.5.29.37", value: Uint8Array.of(0x30, 0x80, 6, 1, 0x2a, 0, 0) }),
      /length/,
    ],
    ["a padded integer", () => extended({ oid: "2.5.29.54", value: derOf(2, [0, 1]) }), /padded INTEGER/],
    [
      "a boolean that is neither true nor false",
      () => extended({ oid: "2.5.29.19", value: derOf(0x30, derOf(1, [1])) }),
      /BOOLEAN/,
    ],
  ])("refuses %s", async (_, der, message) => {
    const bytes = await der();
    expect(() => parseCertificate(bytes)).toThrow(
      expect.objectContaining({ code: "bad-certificate", message: expect.stringMatching(message) }),
    );
  });

  it("refuses every damaged certificate that Go refuses", async ({ skip }) => {
    if (go === undefined) skip("go is not installed");
    const whole = await makeCertificate(CA);
    // Each octet: with one bit flipped, set to 0, set to 255, and set to a random value.
    const damaged = [...whole].flatMap((byte, at) =>
      [byte ^ (1 << (at % 8)), 0, 0xff, Math.floor(Math.random() * 256)].map((value) => {
        const der = Uint8Array.from(whole);
        der[at] = value;
        return { der, what: `octet ${at} set to ${value}` };
      }),
    );
    const answers =
      go?.ask(damaged.map(({ der }) => ({ served: [], anchors: pemBlock(der), host: "x", time: NOW }))) ?? [];
    const wrong: string[] = [];
    let readByUs = 0;
    let readByGo = 0;
    for (const [index, { der, what }] of damaged.entries()) {
      const ours = canRead(der);
      const theirs = (answers[index]?.anchors.length ?? 0) > 0;
      readByUs += ours ? 1 : 0;
      readByGo += theirs ? 1 : 0;
      if (ours && !theirs) wrong.push(`${what} of ${Buffer.from(whole).toString("hex")}`);
    }
    expect(wrong).toEqual([]);
    expect(readByUs).toBeGreaterThan(readByGo * 0.9);
  });
});

function canRead(der: Uint8Array): boolean {
  try {
    parseCertificate(der);
    return true;
  } catch {
    return false;
  }
}
