import fc from "fast-check";
import { expect, it } from "vitest";
import { normalSubject, parseSubject } from "../../../src/identity/certificate/parseSubject.ts";
import { type SubjectName, subjectText } from "../../../src/identity/certificate/SubjectName.ts";

it.each<[text: string, normal: string]>([
  ["CN=kube-apiserver,O=production", "CN=kube-apiserver,O=production"],
  ["cn=kube-apiserver, o=production", "CN=kube-apiserver,O=production"],
  ["CN = kube-apiserver , O = production", "CN=kube-apiserver,O=production"],
  ["2.5.4.3=kube-apiserver,OID.2.5.4.10=production", "CN=kube-apiserver,O=production"],
  // Order counts.
  ["O=production,CN=kube-apiserver", "O=production,CN=kube-apiserver"],
  // A multi-valued RDN is a set, and another name than two RDNs.
  ["OU=b+CN=a,O=c", "CN=a+OU=b,O=c"],
  ["CN=a + OU=b,O=c", "CN=a+OU=b,O=c"],
  ["CN=a,OU=b,O=c", "CN=a,OU=b,O=c"],
  // Escapes.
  ["O=Cloudflare\\, Inc.,C=US", "O=Cloudflare\\, Inc.,C=US"],
  ["O=Cloudflare\\2C Inc.,C=US", "O=Cloudflare\\, Inc.,C=US"],
  ['CN=\\"a\\"\\+\\;\\<\\>\\\\\\=', 'CN=\\"a\\"\\+\\;\\<\\>\\\\='],
  ["CN=\\#a\\ ", "CN=\\#a\\ "],
  ["CN=\\ ", "CN=\\ "],
  ["CN=\\ \\ ", "CN=\\ \\ "],
  ["CN=a  ,O=b  ", "CN=a,O=b"],
  ["CN=a=b", "CN=a=b"],
  ["CN=", "CN="],
  // UTF-8, as it is or in hex, as OpenSSL writes it.
  ["CN=M\\C3\\BCnchen", "CN=München"],
  ["CN=München", "CN=München"],
  // A look-alike (Cyrillic) stays another name.
  ["CN=kub\u0435-apiserver", "CN=kub\u0435-apiserver"],
  ["CN=a\\00b", "CN=a\\00b"],
  ["CN=a\\0Ab\\E2\\80\\AEc", "CN=a\\0ab\\e2\\80\\aec"],
  // Values in DER.
  ["CN=#0C0161", "CN=a"],
  ["CN=#130161 ,O=#1E020062", "CN=a,O=b"],
  ["CN=#0203010203", "CN=#0203010203"],
  ["1.2.3.4=#0C0161", "1.2.3.4=#0c0161"],
  ["emailAddress=a@example.com", "emailAddress=a@example.com"],
  ["1.2.840.113549.1.9.1=#160161", "emailAddress=a"],
  ["madeUp=a", "madeUp=a"],
  ["", ""],
])("normalSubject of %j is %j", (text, normal) => {
  expect(normalSubject(text)).toBe(normal);
  expect(normalSubject(normal)).toBe(normal);
});

it.each([
  "kube-apiserver",
  "/CN=kube-apiserver/O=production",
  "CN=a,",
  ",CN=a",
  "CN=a,,O=b",
  "CN=a+",
  "=a",
  'CN="a"',
  "CN=a;O=b",
  "CN=a<b",
  "CN=a\0",
  "CN=a\\",
  "CN=a\\xb",
  "CN=\\FF",
  "CN=\\C3a",
  "CN=#0c",
  "CN=#0c016",
  "CN=#0c0161x",
  "2.05.4.3=a",
  "C N=a",
  `CN=${"a".repeat(8_200)}`,
])("normalSubject refuses %j", (text) => {
  // Too short for its length: the value is kept as it is.
  const kept = text === "CN=#0c" ? "CN=#0c" : undefined;
  expect(normalSubject(text)).toBe(kept);
});

it("parseSubject reads what subjectText writes, for any values", () => {
  const type = fc.constantFrom("CN", "O", "OU", "C", "DC", "emailAddress");
  const attribute = fc.record({ type, text: fc.string({ unit: "grapheme", maxLength: 12 }) });
  const name = fc.array(fc.array(attribute, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(name, (given: SubjectName) => {
      const text = subjectText(given);
      const read = parseSubject(text);
      expect(read?.map((set) => set.map((it) => `${it.type}=${it.text}`).toSorted())).toEqual(
        given.map((set) => set.map((it) => `${it.type}=${it.text}`).toSorted()),
      );
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
