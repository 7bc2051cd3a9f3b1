import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  distinctCertificates,
  encodeBundle,
  parseBundle,
  readableCertificates,
  trustHash,
} from "../../src/trust/bundle.ts";
import { TrustError, type TrustErrorCode } from "../../src/trust/TrustError.ts";
import type { Certificate } from "../../src/trust/x509/Certificate.ts";
import { parseCertificate, pemBlock } from "../../src/trust/x509/parseCertificate.ts";
import { BUILD_PATIENCE, GoVerifier } from "./GoVerifier.ts";
import { type CertificateSpec, DAY, makeCertificate, NOW, privateKeyPem } from "./makeCertificate.ts";

const ROOT: CertificateSpec = { subject: "CN=A", key: "p256", ca: true };
const SPECS = {
  a: ROOT,
  aLonger: { ...ROOT, notAfter: NOW + 90 * DAY },
  aLater: { ...ROOT, notBefore: NOW + DAY, notAfter: NOW + 90 * DAY },
  aNarrow: { ...ROOT, pathLen: 0, notAfter: NOW + 90 * DAY },
  aCrossSigned: { ...ROOT, issuer: "CN=B", signedBy: "p384" },
  b: { ...ROOT, subject: "CN=B", key: "p384" },
  aOtherKey: { ...ROOT, key: "p256-b" },
  bSameKey: { ...ROOT, subject: "CN=B" },
  leaf: { subject: "CN=leaf", key: "p256", ca: false, dns: ["hook.example"] },
  leafRenewed: { subject: "CN=leaf", key: "p256", ca: false, dns: ["hook.example"], notAfter: NOW + 90 * DAY },
} as const satisfies Record<string, CertificateSpec>;
type Name = keyof typeof SPECS;

const made = new Map<string, Certificate>();
beforeAll(async () => {
  for (const [name, spec] of Object.entries(SPECS)) made.set(name, parseCertificate(await makeCertificate(spec)));
});
const get = (...names: readonly Name[]): Certificate[] => names.flatMap((name) => made.get(name) ?? []);
const names = (pem: string): string[] => {
  const fingerprints = parseBundle(pem, "x").map(({ fingerprint }) => fingerprint);
  return [...made].filter(([, it]) => fingerprints.includes(it.fingerprint)).map(([name]) => name);
};

describe("encodeBundle", () => {
  it.each<[what: string, given: Name[], kept: Name[]]>([
    ["one root", ["a"], ["a"]],
    ["one of two equal roots", ["a", "a"], ["a"]],
    ["two roots", ["b", "a"], ["a", "b"]],
    ["the longer-lasting of two roots with one key and name", ["a", "aLonger"], ["aLonger"]],
    ["both of two roots if neither validity period covers the other", ["a", "aLater"], ["a", "aLater"]],
    ["both of two roots if the longer-lasting one has stricter limits", ["a", "aNarrow"], ["a", "aNarrow"]],
    ["two roots of one name with different keys", ["a", "aOtherKey"], ["a", "aOtherKey"]],
    ["two roots of one key with different names", ["a", "bSameKey"], ["a", "bSameKey"]],
    [
      "both of two leaves with one key, because each is an anchor only for itself",
      ["leaf", "leafRenewed"],
      ["leaf", "leafRenewed"],
    ],
  ])("keeps %s", (_, given, kept) => {
    expect(names(encodeBundle(get(...given)))).toEqual(kept);
  });

  it("keeps either a root or its cross-signed form", () => {
    expect(parseBundle(encodeBundle(get("a", "aCrossSigned")), "x")).toHaveLength(1);
  });

  it("returns the same bytes for the same set in any order", () => {
    const all = get("a", "aLonger", "aLater", "aNarrow", "aCrossSigned", "b", "aOtherKey", "bSameKey", "leaf");
    const expected = encodeBundle(all);
    const shuffled = fc.shuffledSubarray(all, { minLength: all.length });
    fc.assert(fc.property(shuffled, (certificates) => encodeBundle(certificates) === expected));
    expect(encodeBundle(parseBundle(expected, "x"))).toBe(expected);
  });

  it("writes 64 columns and a newline at the end", () => {
    const pem = encodeBundle(get("a", "b"));
    expect(pem).toMatch(
      /^(-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=]{64}\n)+[A-Za-z0-9+/=]{1,64}\n-----END CERTIFICATE-----\n){2}$/,
    );
  });

  it("writes a comment as the first line, which does not change the trust hash", () => {
    const plain = encodeBundle(get("a", "b"));
    const marked = encodeBundle(get("a", "b"), "run 7");
    expect(marked).toBe(`# run 7\n${plain}`);
    expect(trustHash(parseBundle(marked, "x"))).toBe(trustHash(parseBundle(plain, "x")));
  });

  it.each(["two\nlines", "-----BEGIN CERTIFICATE-----", "caf\u00e9", "\u0000"])(
    "throws bad-comment for the comment %j",
    (comment) => {
      expect(() => encodeBundle(get("a"), comment)).toThrow(expect.objectContaining({ code: "bad-comment" }));
    },
  );

  it("returns an empty string without certificates", () => {
    expect(encodeBundle([])).toBe("");
    expect(encodeBundle([], "run 7")).toBe("");
  });

  it("writes the distinct certificates, which parseBundle and readableCertificates read back", () => {
    const all = get("a", "aLonger", "aLater", "aNarrow", "aCrossSigned", "b", "aOtherKey", "bSameKey", "leaf");
    fc.assert(
      fc.property(fc.subarray(all, { minLength: 1 }), (some) => {
        const pem = encodeBundle(some);
        const fingerprints = distinctCertificates(some).map(({ fingerprint }) => fingerprint);
        expect(parseBundle(pem, "x").map(({ fingerprint }) => fingerprint)).toEqual(fingerprints);
        expect(readableCertificates(pem).map(({ fingerprint }) => fingerprint)).toEqual(fingerprints);
        expect(trustHash(distinctCertificates(some))).toBe(trustHash(some));
      }),
    );
  });
});

describe("trustHash", () => {
  it("is equal for the same certificates in any order and with duplicates", () => {
    const pem = get("b", "a", "b")
      .map((it) => it.pem)
      .join("# again\r\n");
    expect(trustHash(get("a", "b"))).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(trustHash(parseBundle(pem, "x"))).toBe(trustHash(get("a", "b")));
    expect(trustHash(get("a"))).not.toBe(trustHash(get("a", "b")));
  });

  it("is system for an empty bundle", () => {
    expect(trustHash([])).toBe("system");
  });
});

let a = "";
let b = "";
let key = "";
let go: GoVerifier | undefined;

beforeAll(async () => {
  a = pemBlock(await makeCertificate({ subject: "CN=A", key: "p256", ca: true }));
  b = pemBlock(await makeCertificate({ subject: "CN=B", key: "p384", ca: true }));
  key = await privateKeyPem("p256");
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

/** A line counted from 1, the first line of the second block, or the last line of the first. */
type Line = number | "second" | "end of first";

const block = (type: string, body: string): string => `-----BEGIN ${type}-----\n${body}\n-----END ${type}-----\n`;
const bodyOf = (pem: string): string => pem.split("\n").slice(1, -2).join("\n");

function faultOf(pem: string): TrustError | undefined {
  try {
    parseBundle(pem, "roots.pem");
    return undefined;
  } catch (error) {
    if (error instanceof TrustError) return error;
    throw error;
  }
}

describe("parseBundle", () => {
  it.each<[what: string, pem: () => string, subjects: string[]]>([
    ["one certificate", () => a, ["A"]],
    ["two certificates", () => a + b, ["A", "B"]],
    ["a certificate twice", () => a + a, ["A", "A"]],
    ["comments and empty lines", () => `# roots\n\n${a}\nand another:\n${b}# end`, ["A", "B"]],
    ["CRLF line ends", () => (a + b).replaceAll("\n", "\r\n"), ["A", "B"]],
    ["a file without a newline at the end", () => a.trimEnd(), ["A"]],
    ["white space at line ends", () => a.replaceAll("\n", " \t\n"), ["A"]],
    ["a block with one long line", () => block("CERTIFICATE", bodyOf(a).replaceAll("\n", "")), ["A"]],
  ])("reads %s", (_, pem, subjects) => {
    expect(parseBundle(pem(), "roots.pem").map(({ subject }) => subject.short)).toEqual(subjects);
  });

  it.each<[what: string, pem: () => string, code: TrustErrorCode, line: Line]>([
    ["an empty file", () => "", "empty-bundle", 1],
    ["only white space", () => " \n\t\n", "empty-bundle", 1],
    ["only a comment", () => "# no roots yet\n", "empty-bundle", 1],
    ["a byte order mark", () => `\ufeff${a}`, "byte-order-mark", 1],
    ["a byte order mark between two blocks", () => `${a}\ufeff${b}`, "byte-order-mark", "second"],
    ["two blocks on one line", () => a.trimEnd() + b, "glued-blocks", "end of first"],
    ["a private key", () => a + key, "private-key", "second"],
    ["a private key before the certificate", () => key + a, "private-key", 1],
    ["an encrypted key", () => block("ENCRYPTED PRIVATE KEY", "AAAA"), "private-key", 1],
    ["an RSA key", () => block("RSA PRIVATE KEY", "AAAA"), "private-key", 1],
    ["an OpenSSH key", () => block("OPENSSH PRIVATE KEY", "AAAA"), "private-key", 1],
    ["a TRUSTED CERTIFICATE block", () => block("TRUSTED CERTIFICATE", bodyOf(a)), "trusted-certificate", 1],
    ["an X509 CERTIFICATE block", () => block("X509 CERTIFICATE", bodyOf(a)), "wrong-block", 1],
    ["a certificate request", () => block("CERTIFICATE REQUEST", "AAAA"), "wrong-block", 1],
    ["a public key", () => a + block("PUBLIC KEY", "AAAA"), "wrong-block", "second"],
    [
      "a block without an end line",
      () => `${a}-----BEGIN CERTIFICATE-----\n${bodyOf(b)}\n`,
      "unfinished-block",
      "second",
    ],
    ["a block inside a block", () => `-----BEGIN CERTIFICATE-----\n${a}`, "unfinished-block", 1],
    ["an end line of another type", () => a.replace("END CERT", "END X509 CERT"), "unfinished-block", 1],
    ["an end line without a begin line", () => `${a}-----END CERTIFICATE-----\n`, "stray-dashes", "second"],
    ["an indented begin line", () => `${a} ${b}`, "stray-dashes", "second"],
    ["a begin line in a comment", () => `# -----BEGIN CERTIFICATE-----\n${a}`, "stray-dashes", 1],
    ["headers in a block", () => a.replace("-----\n", "-----\nProc-Type: 4\n\n"), "pem-headers", 1],
    ["a block that is not base64", () => block("CERTIFICATE", "%%%%"), "bad-base64", 1],
    ["base64 without padding", () => block("CERTIFICATE", "AAA"), "bad-base64", 1],
    ["an empty block", () => block("CERTIFICATE", ""), "bad-base64", 1],
    ["bytes that are not a certificate", () => a + block("CERTIFICATE", "MAAA"), "bad-certificate", "second"],
    ["a truncated certificate", () => block("CERTIFICATE", bodyOf(a).slice(0, 64)), "bad-certificate", 1],
  ])("refuses %s", (_, pem, code, where) => {
    // The length of a signature varies, and with it the number of lines.
    const ends = a.split("\n").length - 1;
    const line = where === "second" ? ends + 1 : where === "end of first" ? ends : where;
    const fault = faultOf(pem());
    expect(fault).toMatchObject({ code, line });
    expect(fault?.message).toMatch(new RegExp(`^roots\\.pem:${line}: `));
  });

  it("never repeats the content of a block in a message", () => {
    for (const pem of [a + key, key.replace("PRIVATE KEY", "CERTIFICATE").replace("PRIVATE KEY", "CERTIFICATE")]) {
      const fault = faultOf(pem);
      const shown = `${fault?.message} ${JSON.stringify(fault)} ${fault?.stack} ${fault?.cause}`;
      for (const line of key.split("\n").slice(1, -2)) expect(shown).not.toContain(line.slice(0, 20));
    }
  });
});

describe("parseBundle and readableCertificates", () => {
  it("read every bundle as Go does, or parseBundle refuses it", ({ skip }) => {
    if (go === undefined) skip("go is not installed");
    const pieces = fc.constantFrom(
      a,
      b,
      key,
      "\n",
      " ",
      "\ufeff",
      "# x\n",
      "-----",
      "-----BEGIN CERTIFICATE-----\n",
      "-----END CERTIFICATE-----\n",
      "\r",
      "A: b\n",
      "AAAA\n",
    );
    const anyPem = fc.oneof(
      fc.array(pieces, { maxLength: 5 }).map((parts) => parts.join("")),
      // A good bundle with one damaged place.
      fc
        .tuple(
          fc.nat({ max: 1400 }),
          fc.constantFrom("", "\n", "\r\n", " ", "-", "=", "A", ":", "\ufeff", "\0", "é"),
          fc.nat({ max: 3 }),
        )
        .map(([at, what, dropped]) => (a + b).slice(0, at) + what + (a + b).slice(at + dropped)),
    );
    const pems = fc.sample(anyPem, 600);
    const questions = pems.map((anchors) => ({ served: [], anchors, host: "x", time: NOW }));
    const answers = go?.ask(questions) ?? [];
    let read = 0;
    for (const [index, pem] of pems.entries()) {
      const readable = readableCertificates(pem).map(({ fingerprint }) => fingerprint);
      expect(readable, JSON.stringify(pem)).toEqual(answers[index]?.anchors);
      if (faultOf(pem) !== undefined) continue;
      read += 1;
      const fingerprints = parseBundle(pem, "x").map(({ fingerprint }) => fingerprint);
      expect(answers[index]?.anchors, JSON.stringify(pem)).toEqual(fingerprints);
    }
    expect(read).toBeGreaterThan(20);
  });
});
