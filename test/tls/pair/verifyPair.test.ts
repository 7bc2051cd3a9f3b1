import { beforeAll, describe, expect, it } from "vitest";
import { clientPath } from "../../../src/tls/pair/clientPath.ts";
import type { LoadedPair } from "../../../src/tls/pair/LoadedPair.ts";
import { pairInfo } from "../../../src/tls/pair/PairInfo.ts";
import { type PairRules, verifyPair } from "../../../src/tls/pair/verifyPair.ts";
import type { TlsFaultCode } from "../../../src/tls/TlsError.ts";
import type { Certificate } from "../../../src/trust/x509/Certificate.ts";
import { parseCertificate } from "../../../src/trust/x509/parseCertificate.ts";
import { type CertificateSpec, DAY, makeCertificate, NOW } from "../../trust/makeCertificate.ts";
import { HOST } from "../testPki.ts";
import { type CrossName, crossSigned, pairOf, SPECS } from "./crossSigned.ts";

let named: (name: CrossName) => Certificate;
beforeAll(async () => {
  named = await crossSigned();
});

const rulesOf = (roots: readonly CrossName[], more: Partial<PairRules> = {}): PairRules => ({
  hosts: [HOST],
  allowLeafOnly: false,
  ...(roots.length === 0 ? {} : { roots: roots.map(named) }),
  ...more,
});
const leafWith = async (spec: Partial<CertificateSpec>): Promise<LoadedPair> => {
  const leaf = parseCertificate(await makeCertificate({ ...SPECS.leaf, ...spec }));
  return pairOf([leaf, named("int")], { key: spec.key ?? SPECS.leaf.key });
};

/** Days from now to the end of the path. */
type Good = readonly [served: readonly CrossName[], roots: readonly CrossName[], days: number];

describe("verifyPair judges the path that clients take", () => {
  it.each<Good>([
    [["leaf", "int"], [], 20],
    [["leaf", "int"], ["x1"], 20],
    [["leaf", "int", "x1"], [], 20],
    // Ended certificates above the path, as "ISRG Root X1" by "DST Root CA X3" was.
    [["leaf", "int", "crossEnded"], [], 20],
    [["leaf", "int", "crossEnded"], ["x1"], 20],
    [["leaf", "int", "crossEnded", "oldEnded"], ["x1"], 20],
    [["leaf", "int", "x1Ended"], [], 20],
    [["leaf", "int", "x1Ended"], ["x1"], 20],
    [["leaf", "int", "crossFuture"], ["x1"], 20],
    // The end of the path counts, not the first end in the file.
    [["leaf", "int", "crossEndsFirst"], [], 20],
    [["leaf", "int", "crossEndsFirst"], ["x1"], 20],
    [["leaf", "int", "crossEndsFirst"], ["old"], 5],
    [["leaf", "int", "crossEndsFirst", "cross"], ["old"], 20],
    [["leaf", "intEndsFirst"], [], 10],
    [["leaf", "intEndsFirst"], ["x1"], 10],
    [["leaf", "intEndsFirst", "int"], ["x1"], 20],
    // Order, duplicates and certificates on no path.
    [["leaf", "x1", "int"], [], 20],
    [["leaf", "cross", "int"], ["old"], 20],
    [["leaf", "int", "int"], [], 20],
    [["leaf", "leaf", "int"], [], 20],
    [["leaf", "int", "stranger"], [], 20],
    [["leaf", "unrelated", "int"], ["x1"], 20],
    // Another certificate of the same name that does not lead on.
    [["leaf", "intEnded", "int"], [], 20],
    [["leaf", "intFuture", "int"], ["x1"], 20],
    [["leaf", "intOtherKey", "int"], ["x1"], 20],
    [["leaf", "intConstrained", "int"], ["x1"], 20],
    [["leaf", "intForClients", "int"], ["x1"], 20],
    [["leaf", "intByOther", "int"], ["x1"], 20],
    // The signature of a root does not count.
    [["leaf", "int"], ["x1Sha1"], 20],
    [["leaf", "int", "x1Sha1"], [], 20],
    // The issuer is known without being served.
    [["leaf"], ["int"], 20],
    [["leaf", "x1"], ["int"], 20],
  ])("accepts %j with the roots %j", async (served, roots, days) => {
    const pair = await pairOf(served.map(named));
    const rules = rulesOf(roots);
    expect(verifyPair(pair, rules, NOW)).toBeUndefined();
    expect(pairInfo("main", pair, clientPath(pair, rules, NOW)).notAfter).toBe(NOW + days * DAY);
  });

  it.each<readonly [CrossName[], CrossName[], TlsFaultCode, RegExp]>([
    [["leaf"], [], "incomplete-chain", /leaf is the only certificate, and Int signed it: add the intermediate/],
    [["leaf", "leaf"], [], "broken-chain", /leaf is signed by Int, but the next certificate is leaf/],
    [["leaf", "x1"], [], "broken-chain", /leaf is signed by Int, but the next certificate is X1/],
    [["leaf", "intEnded"], [], "expired", /the intermediate Int expired at 2026-06-30T/],
    [["leaf", "intEnded"], ["x1"], "expired", /the intermediate Int expired/],
    [["leaf", "intFuture"], [], "not-yet-valid", /the intermediate Int is valid from 2026-07-02T/],
    [["leaf", "int"], ["x1Ended"], "untrusted", /clients would refuse it: the root X1 expired/],
    [["leaf", "int", "crossEnded"], ["old"], "untrusted", /clients would refuse it: the intermediate X1 expired/],
    [["leaf", "int", "cross"], ["stranger"], "untrusted", /clients would refuse it/],
    [["leaf", "intSha1"], [], "weak-signature", /Int is signed with (?:ECDSA-SHA1|SHA1-ECDSA), which clients refuse/],
    [["leaf", "intSha1"], ["x1"], "untrusted", /X1 signed Int with (?:ECDSA-SHA1|SHA1-ECDSA)/],
    [["leaf", "intConstrained"], [], "broken-chain", /may not sign for hook\.example/],
    [["leaf", "intForClients"], [], "wrong-usage", /Int does not allow server authentication/],
    [["leaf", "intOtherKey"], [], "broken-chain", /Int did not sign leaf/],
  ])("refuses %j with the roots %j: %s", async (served, roots, code, message) => {
    const fault = verifyPair(await pairOf(served.map(named)), rulesOf(roots), NOW);
    expect(fault).toEqual({ code, message: expect.stringMatching(message) });
  });

  it("accepts a single certificate that is self-signed, that ca.crt signed, or that is allowed", async () => {
    const alone = await pairOf([named("leaf")]);
    expect(verifyPair(alone, rulesOf([], { allowLeafOnly: true }), NOW)).toBeUndefined();
    expect(verifyPair(await pairOf([named("leaf")], { ca: [named("int")] }), rulesOf([]), NOW)).toBeUndefined();
    expect(verifyPair(await pairOf([named("leaf")], { ca: [named("x1")] }), rulesOf([]), NOW)?.code).toBe(
      "incomplete-chain",
    );
    const own = parseCertificate(await makeCertificate({ subject: "CN=own", key: "p256", dns: [HOST] }));
    expect(verifyPair(await pairOf([own]), rulesOf([]), NOW)).toBeUndefined();
    expect(verifyPair(await pairOf([own, named("unrelated")]), rulesOf([]), NOW)).toBeUndefined();
  });
});

describe("verifyPair compares hosts as a URL spells them", () => {
  const names = { dns: ["Hook.example", "*.wild.example", "xn--bcher-kva.example"], ip: ["127.0.0.1", "2001:db8::1"] };

  it.each([
    "hook.example",
    "HOOK.example",
    "hook.example.",
    "a.wild.example",
    "*.wild.example",
    "bücher.example",
    "BÜCHER.example",
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "2130706433",
    "::ffff:127.0.0.1",
    "[::ffff:7f00:1]",
    "2001:db8::1",
    "[2001:db8::1]",
    "2001:0DB8:0:0:0:0:0:1",
    "[2001:db8:0:0::1]",
  ])("accepts %s", async (host) => {
    expect(verifyPair(await leafWith(names), rulesOf([], { hosts: [host] }), NOW)).toBeUndefined();
  });

  it.each<readonly [host: string, message: RegExp]>([
    ["other.example", /the certificate is for Hook\.example, \*\.wild\.example, .*, not for other\.example$/],
    ["wild.example", /not for wild\.example$/],
    ["a.b.wild.example", /not for a\.b\.wild\.example$/],
    ["127.0.0.2", /not for the address 127\.0\.0\.2$/],
    ["2001:db8:0::2", /not for the address \[2001:db8::2\]$/],
    ["fe80::1%eth0", /not for \[fe80::1%eth0\]$/],
  ])("refuses %s", async (host, message) => {
    const fault = verifyPair(await leafWith(names), rulesOf([], { hosts: [HOST, host] }), NOW);
    expect(fault).toEqual({ code: "wrong-host", message: expect.stringMatching(message) });
  });

  it.each([
    ["127.0.0.1", "127.0.0.1", "127.0.0.1"],
    ["0x7f.1", "127.0.0.1", "127.0.0.1"],
    ["::1", "::1", "[::1]"],
    ["[0:0:0:0:0:0:0:1]", "::1", "[::1]"],
  ])("says that the address %s is only a DNS name", async (host, name, spelled) => {
    const fault = verifyPair(await leafWith({ dns: [HOST, name] }), rulesOf([], { hosts: [host] }), NOW);
    expect(fault).toEqual({
      code: "wrong-host",
      message: `tls.crt: the certificate has ${name} only as a DNS name, and clients look for the address ${spelled} among its IP addresses (none); issue it with this IP address`,
    });
  });

  it.each<readonly [Partial<CertificateSpec>, RegExp]>([
    [{ subject: "CN=hook.example", dns: [] }, /no subject alternative names .*its common name does not count/],
    [
      { dns: [], uri: ["spiffe://a.test/ns/x/sa/y"] },
      /no subject alternative names that are DNS names or IP addresses/,
    ],
    [{ dns: ["h*.example"] }, /none of the certificate's names can be the host of a URL: h\*\.example/],
  ])("refuses a certificate without a usable name: %j", async (spec, message) => {
    const fault = verifyPair(await leafWith(spec), rulesOf([], { hosts: [] }), NOW);
    expect(fault).toEqual({ code: "wrong-host", message: expect.stringMatching(message) });
  });
});

/** Bits of a key usage (RFC 5280, section 4.2.1.3), as a number in reverse. */
const [SIGNATURE, ENCIPHERMENT, AGREEMENT] = [1, 4, 16];

describe("verifyPair holds a key usage to what TLS 1.2 and 1.3 need", () => {
  it.each<readonly [key: CertificateSpec["key"], keyUsage: number | undefined, code: TlsFaultCode | undefined]>([
    ["p256", undefined, undefined],
    ["p256", SIGNATURE, undefined],
    ["p256", SIGNATURE | AGREEMENT, undefined],
    ["p256", AGREEMENT, "wrong-usage"],
    ["p256", ENCIPHERMENT, "wrong-usage"],
    ["p521", AGREEMENT, "wrong-usage"],
    ["ed25519", undefined, undefined],
    ["ed25519", SIGNATURE, undefined],
    ["ed25519", AGREEMENT, "wrong-usage"],
    ["rsa-b", undefined, undefined],
    ["rsa-b", ENCIPHERMENT, undefined],
    ["rsa-b", AGREEMENT, undefined],
  ])("%s with the usage %s: %s", async (key, keyUsage, code) => {
    expect(verifyPair(await leafWith({ key, keyUsage }), rulesOf([]), NOW)?.code).toBe(code);
  });
});
