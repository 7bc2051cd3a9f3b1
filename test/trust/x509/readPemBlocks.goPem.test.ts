import { rootCertificates } from "node:tls";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeBundle, parseBundle, readableCertificates } from "../../../src/trust/bundle.ts";
import { TrustError } from "../../../src/trust/TrustError.ts";
import type { Certificate } from "../../../src/trust/x509/Certificate.ts";
import { pemBlock } from "../../../src/trust/x509/parseCertificate.ts";
import { anyBundle } from "../anyBundle.ts";
import { anySeed } from "../anySeed.ts";
import { BUILD_PATIENCE, GoVerifier } from "../GoVerifier.ts";
import { type CertificateSpec, KEY_USE, makeCertificate, nameConstraints } from "../makeCertificate.ts";

/** One root for each kind of key, and one with every extension that the parser reads. */
const SPECS: readonly CertificateSpec[] = [
  { subject: "CN=A", key: "p256", ca: true },
  { subject: "CN=B", key: "p384", ca: true },
  { subject: "CN=C", key: "rsa", ca: true },
  { subject: "CN=D", key: "ed25519", ca: true },
  {
    subject: "CN=E, O=Everything, DC=example",
    key: "p256",
    ca: true,
    pathLen: 1,
    keyUsage: KEY_USE.certSign,
    extKeyUsage: ["1.3.6.1.5.5.7.3.1"],
    dns: ["ca.example", "*.ca.example"],
    ip: ["192.0.2.1", "2001:db8::1"],
    email: ["ca@ca.example"],
    extensions: [nameConstraints([[0x82, "example"]], [[0x87, [10, 0, 0, 0, 255, 0, 0, 0]]])],
  },
];
const COUNT = Number(process.env.POSTERN_BUNDLES ?? 6_000);

let go: GoVerifier | undefined;
let blocks: string[] = [];
beforeAll(async () => {
  blocks = (await Promise.all(SPECS.map(makeCertificate))).map(pemBlock);
  // Roots of real CAs, in the spelling of OpenSSL.
  blocks.push(...rootCertificates.filter((_, index) => index % 12 === 0).map((pem) => `${pem.trimEnd()}\n`));
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

describe("readableCertificates", () => {
  it(`reads what Go reads from ${COUNT} damaged bundles, and encodeBundle keeps it`, ({ skip }) => {
    if (go === undefined) skip("go is not installed");
    const seed = anySeed();
    const bundles = fc.sample(anyBundle(blocks), { numRuns: COUNT, seed });
    const written = bundles.map((bundle) => encodeBundle(readableCertificates(bundle.toString("utf8"))));
    const base64 = (bundle: string | Buffer): string => Buffer.from(bundle).toString("base64");
    const answers = go?.ask([...bundles, ...written].map((bundle) => ({ bundle: base64(bundle) }))) ?? [];
    const differing: string[] = [];
    let [none, some] = [0, 0];
    for (const [index, bundle] of bundles.entries()) {
      const text = bundle.toString("utf8");
      const theirs = answers[index]?.anchors ?? ["no answer"];
      const read = readableCertificates(text);
      const ours = read.map(({ fingerprint }) => fingerprint);
      if (ours.join() !== theirs.join())
        differing.push(`${index}: ${ours.length}, Go ${theirs.length}: ${JSON.stringify(text)}`);
      if (theirs.length === 0) none += 1;
      else some += 1;
      // What the sync writes for such a bundle trusts no fewer keys and names, and no other certificates.
      const kept = answers[COUNT + index]?.anchors ?? ["no answer"];
      const lost = read.filter(({ fingerprint }) => !kept.includes(fingerprint));
      const replaced = lost.filter((it) =>
        read.some((other) => kept.includes(other.fingerprint) && isSameCa(it, other)),
      );
      if (lost.length > replaced.length || kept.some((it) => !ours.includes(it)))
        differing.push(`${index}, written: ${JSON.stringify(text)}`);
      const strict = strictly(text);
      if (strict !== undefined && strict.join() !== theirs.join())
        differing.push(`${index}, strict: ${JSON.stringify(text)}`);
    }
    expect(differing.slice(0, 5), `seed ${seed}`).toEqual([]);
    // If Go read all of them or none, the test would show nothing.
    expect(Math.min(none, some), `seed ${seed}`).toBeGreaterThan(COUNT / 10);
  });
});

/** Of two certificates with the same key, name and dates, encodeBundle keeps one. */
function isSameCa(left: Certificate, right: Certificate): boolean {
  return left.publicKeyFingerprint === right.publicKeyFingerprint && left.subject.raw === right.subject.raw;
}

function strictly(text: string): string[] | undefined {
  try {
    return parseBundle(text, "x").map(({ fingerprint }) => fingerprint);
  } catch (error) {
    if (error instanceof TrustError) return undefined;
    throw error;
  }
}
