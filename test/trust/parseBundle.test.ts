import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseBundle } from "../../src/trust/parseBundle.ts";
import { TrustError, type TrustErrorCode } from "../../src/trust/TrustError.ts";
import { pemBlock } from "../../src/trust/x509/pemBlock.ts";
import { BUILD_PATIENCE, GoVerifier } from "./GoVerifier.ts";
import { makeCertificate, NOW, privateKeyPem } from "./makeCertificate.ts";

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

/** Counted from 1, or where the second block begins, or where the first ends. */
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
    ["two", () => a + b, ["A", "B"]],
    ["the same twice", () => a + a, ["A", "A"]],
    ["comments and empty lines", () => `# roots\n\n${a}\nand another:\n${b}# end`, ["A", "B"]],
    ["CRLF", () => (a + b).replaceAll("\n", "\r\n"), ["A", "B"]],
    ["no newline at the end", () => a.trimEnd(), ["A"]],
    ["white space at the ends of lines", () => a.replaceAll("\n", " \t\n"), ["A"]],
    ["lines of another length", () => block("CERTIFICATE", bodyOf(a).replaceAll("\n", "")), ["A"]],
  ])("reads %s", (_, pem, subjects) => {
    expect(parseBundle(pem(), "roots.pem").certificates.map(({ subject }) => subject.short)).toEqual(subjects);
  });

  it.each<[what: string, pem: () => string, code: TrustErrorCode, line: Line]>([
    ["nothing", () => "", "empty-bundle", 1],
    ["white space alone", () => " \n\t\n", "empty-bundle", 1],
    ["a comment alone", () => "# no roots yet\n", "empty-bundle", 1],
    ["a byte order mark", () => `\ufeff${a}`, "byte-order-mark", 1],
    ["a byte order mark in the middle, from joining files", () => `${a}\ufeff${b}`, "byte-order-mark", "second"],
    ["two blocks without a newline between", () => a.trimEnd() + b, "glued-blocks", "end of first"],
    ["a private key", () => a + key, "private-key", "second"],
    ["a private key before the certificate", () => key + a, "private-key", 1],
    ["an encrypted key", () => block("ENCRYPTED PRIVATE KEY", "AAAA"), "private-key", 1],
    ["an RSA key", () => block("RSA PRIVATE KEY", "AAAA"), "private-key", 1],
    ["an OpenSSH key", () => block("OPENSSH PRIVATE KEY", "AAAA"), "private-key", 1],
    ["OpenSSL's own form", () => block("TRUSTED CERTIFICATE", bodyOf(a)), "trusted-certificate", 1],
    ["the old name of a certificate", () => block("X509 CERTIFICATE", bodyOf(a)), "wrong-block", 1],
    ["a request", () => block("CERTIFICATE REQUEST", "AAAA"), "wrong-block", 1],
    ["a public key", () => a + block("PUBLIC KEY", "AAAA"), "wrong-block", "second"],
    [
      "a block that does not end",
      () => `${a}-----BEGIN CERTIFICATE-----\n${bodyOf(b)}\n`,
      "unfinished-block",
      "second",
    ],
    ["a block that begins in a block", () => `-----BEGIN CERTIFICATE-----\n${a}`, "unfinished-block", 1],
    ["an end of another type", () => a.replace("END CERT", "END X509 CERT"), "unfinished-block", 1],
    ["an end without a beginning", () => `${a}-----END CERTIFICATE-----\n`, "stray-dashes", "second"],
    ["a beginning that is indented", () => `${a} ${b}`, "stray-dashes", "second"],
    ["a beginning in a comment", () => `# -----BEGIN CERTIFICATE-----\n${a}`, "stray-dashes", 1],
    ["headers in a block", () => a.replace("-----\n", "-----\nProc-Type: 4\n\n"), "pem-headers", 1],
    ["what is no base64", () => block("CERTIFICATE", "%%%%"), "bad-base64", 1],
    ["base64 without its padding", () => block("CERTIFICATE", "AAA"), "bad-base64", 1],
    ["an empty block", () => block("CERTIFICATE", ""), "bad-base64", 1],
    ["bytes that are no certificate", () => a + block("CERTIFICATE", "MAAA"), "bad-certificate", "second"],
    ["a certificate that is cut off", () => block("CERTIFICATE", bodyOf(a).slice(0, 64)), "bad-certificate", 1],
  ])("refuses %s", (_, pem, code, where) => {
    // The length of a signature differs by an octet or two, and so may the number of lines.
    const ends = a.split("\n").length - 1;
    const line = where === "second" ? ends + 1 : where === "end of first" ? ends : where;
    const fault = faultOf(pem());
    expect(fault).toMatchObject({ code, line });
    expect(fault?.message).toMatch(new RegExp(`^roots\\.pem:${line}: `));
  });

  it("never repeats what is in a block", () => {
    for (const pem of [a + key, key.replace("PRIVATE KEY", "CERTIFICATE").replace("PRIVATE KEY", "CERTIFICATE")]) {
      const fault = faultOf(pem);
      const shown = `${fault?.message} ${JSON.stringify(fault)} ${fault?.stack} ${fault?.cause}`;
      for (const line of key.split("\n").slice(1, -2)) expect(shown).not.toContain(line.slice(0, 20));
    }
  });

  it("reads nothing in a way that Go does not", ({ skip }) => {
    if (go === undefined) skip("there is no go to judge by");
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
      // A good bundle with one place spoilt.
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
      if (faultOf(pem) !== undefined) continue;
      read += 1;
      const fingerprints = parseBundle(pem, "x").certificates.map(({ fingerprint }) => fingerprint);
      expect(answers[index]?.anchors, JSON.stringify(pem)).toEqual(fingerprints);
    }
    expect(read).toBeGreaterThan(20);
  });
});
