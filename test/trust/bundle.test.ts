import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeBundle } from "../../src/trust/bundle.ts";
import { bundleHash } from "../../src/trust/bundleHash.ts";
import { parseBundle } from "../../src/trust/parseBundle.ts";
import type { Certificate } from "../../src/trust/x509/Certificate.ts";
import { parseCertificate } from "../../src/trust/x509/parseCertificate.ts";
import { type CertificateSpec, DAY, makeCertificate, NOW } from "./makeCertificate.ts";

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
  const fingerprints = parseBundle(pem, "x").certificates.map(({ fingerprint }) => fingerprint);
  return [...made].filter(([, it]) => fingerprints.includes(it.fingerprint)).map(([name]) => name);
};

describe("encodeBundle", () => {
  it.each<[what: string, given: Name[], kept: Name[]]>([
    ["one", ["a"], ["a"]],
    ["the same twice", ["a", "a"], ["a"]],
    ["two roots", ["b", "a"], ["a", "b"]],
    ["of one key and name, the one that lasts longer", ["a", "aLonger"], ["aLonger"]],
    ["both, where one begins later: neither covers the other", ["a", "aLater"], ["a", "aLater"]],
    ["both, where the longer one allows less", ["a", "aNarrow"], ["a", "aNarrow"]],
    ["another key of the same name", ["a", "aOtherKey"], ["a", "aOtherKey"]],
    ["another name of the same key", ["a", "bSameKey"], ["a", "bSameKey"]],
    ["leaves of one key, each of which is trusted for itself", ["leaf", "leafRenewed"], ["leaf", "leafRenewed"]],
  ])("keeps %s", (_, given, kept) => {
    expect(names(encodeBundle(get(...given)))).toEqual(kept);
  });

  it("keeps one of a root and its cross-signed form", () => {
    expect(parseBundle(encodeBundle(get("a", "aCrossSigned")), "x").certificates).toHaveLength(1);
  });

  it("gives the same bytes for the same set in any order", () => {
    const all = get("a", "aLonger", "aLater", "aNarrow", "aCrossSigned", "b", "aOtherKey", "bSameKey", "leaf");
    const expected = encodeBundle(all);
    const shuffled = fc.shuffledSubarray(all, { minLength: all.length });
    fc.assert(fc.property(shuffled, (certificates) => encodeBundle(certificates) === expected));
    expect(encodeBundle(parseBundle(expected, "x").certificates)).toBe(expected);
  });

  it("writes 64 columns, and a newline at the end", () => {
    const pem = encodeBundle(get("a", "b"));
    expect(pem).toMatch(
      /^(-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=]{64}\n)+[A-Za-z0-9+/=]{1,64}\n-----END CERTIFICATE-----\n){2}$/,
    );
  });

  it("puts a comment in front, which changes the bytes and not the trust", () => {
    const plain = encodeBundle(get("a", "b"));
    const marked = encodeBundle(get("a", "b"), { comment: "run 7" });
    expect(marked).toBe(`# run 7\n${plain}`);
    expect(bundleHash(marked)).toBe(bundleHash(plain));
  });

  it.each(["two\nlines", "-----BEGIN CERTIFICATE-----", "caf\u00e9", "\u0000"])(
    "refuses %j for a comment",
    (comment) => {
      expect(() => encodeBundle(get("a"), { comment })).toThrow(expect.objectContaining({ code: "bad-comment" }));
    },
  );

  it("refuses to write a bundle that trusts nobody", () => {
    expect(() => encodeBundle([])).toThrow(expect.objectContaining({ code: "empty-bundle" }));
  });
});

describe("bundleHash", () => {
  it("is of the trust alone", () => {
    const pem = encodeBundle(get("a", "b"));
    expect(bundleHash(pem)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(
      bundleHash(
        get("b", "a", "b")
          .map((it) => it.pem)
          .join("# again\r\n"),
      ),
    ).toBe(bundleHash(pem));
    expect(bundleHash(encodeBundle(get("a")))).not.toBe(bundleHash(pem));
  });
});
