import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readableCertificates } from "../../../src/trust/bundle.ts";
import { uriHost } from "../../../src/trust/x509/uriHost.ts";
import { anySeed } from "../anySeed.ts";
import { derOf } from "../derOf.ts";
import { BUILD_PATIENCE, GoVerifier } from "../GoVerifier.ts";
import { bundleOf, extension, withParts } from "../hostileDer.ts";
import { makeCertificate } from "../makeCertificate.ts";

let go: GoVerifier | undefined;
let root = new Uint8Array();
beforeAll(async () => {
  root = new Uint8Array(await makeCertificate({ subject: "CN=A", key: "p256", ca: true }));
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

/** A bundle with a CA that has this URI as its name. */
function bundleWith(uri: string): string {
  const names = derOf(0x30, derOf(0x86, Buffer.from(uri, "latin1")));
  return bundleOf([withParts(root, { extensions: [extension([0x55, 0x1d, 0x11], names)] })]);
}

const COUNT = 4_000;
const PARTS =
  "http: https: spiffe: ldap: urn: a+b.c: 1a: : / // /// ? # @ % %20 %25 %41 %C3%A9 %zz [ ] [::1] [::1%25en0] [::1%25] [1.2.3.4] [::ffff:1.2.3.4] [2001:db8::1]:443 :443 :x : * . .. example.com a_b user user:pass@ {id} | ^ \" < > \\ ; = , ! $ & ' ( ) ~ \t a b".split(
    " ",
  );
const anyUri = fc
  .array(fc.constantFrom(...PARTS, " ", ""), { maxLength: 7 })
  .map((parts) => parts.join("").replace("\\t", "\t"));
const likelyUri = fc
  .record({
    scheme: fc.constantFrom("https:", "spiffe:", "ldap:", ""),
    slashes: fc.constantFrom("//", "///", "/", ""),
    user: fc.constantFrom("", "", "u@", "u:p@", "u%20@", "u%@", "u@v@", "u/@"),
    host: fc
      .array(fc.constantFrom("example.com", "a", ".", ":", ":80", "[::1]", "[", "%25", "%C3", "<", "é"), {
        maxLength: 3,
      })
      .map((parts) => parts.join("").replace("é", "")),
    rest: fc.constantFrom("", "/", "/a%20b", "/a%", "?x=%", "#f", "#%", "/{id}|^", "?#?"),
  })
  .map(({ scheme, slashes, user, host, rest }) => `${scheme}${slashes}${user}${host}${rest}`);

it(`reads the certificates that Go reads, with ${COUNT} URIs`, ({ skip }) => {
  if (go === undefined) skip("go is not installed");
  const seed = anySeed();
  const uris = fc.sample(fc.oneof(anyUri, likelyUri), { numRuns: COUNT, seed });
  const bundles = uris.map(bundleWith);
  const answers = go?.ask(bundles.map((bundle) => ({ bundle: Buffer.from(bundle).toString("base64") }))) ?? [];
  const differing = uris.filter(
    (_, index) => readableCertificates(bundles[index] ?? "").length !== answers[index]?.anchors.length,
  );
  expect(differing.slice(0, 10), `seed ${seed}`).toEqual([]);
  const read = answers.filter(({ anchors }) => anchors.length === 1).length;
  expect(Math.min(read, COUNT - read), `seed ${seed}`).toBeGreaterThan(COUNT / 10);
});

it.each<[uri: string, host: string | undefined]>([
  ["https://Example.com/a", "example.com"],
  ["https://example.com:8443", "example.com"],
  ["https://user@example.com/", "example.com"],
  ["ldap://[2001:db8::1]/c", ""],
  ["ldap://a:1:2/c", ""],
  ["/relative", ""],
  ["example", ""],
  ["urn:a^b", ""],
  ["https://example.com/{id} a|b", "example.com"],
  ["https://example.com./", undefined],
  ["https://example.com/%", undefined],
  ["https://a b/", undefined],
  ["https://[::1", undefined],
  [":a", undefined],
  ["a:b", ""],
  ["1a:b", undefined],
  ["https://a/\n", undefined],
])("uriHost of %j is %j", (uri, host) => {
  expect(uriHost(uri)).toBe(host);
});
