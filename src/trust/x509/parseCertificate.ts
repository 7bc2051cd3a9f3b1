import { createHash } from "node:crypto";
import type { Certificate } from "./Certificate.ts";
import { DerReader, TAG } from "./DerReader.ts";
import { type Extensions, NO_EXTENSIONS, readExtensions } from "./readExtensions.ts";
import { readName } from "./readName.ts";
import { readPublicKey } from "./readPublicKey.ts";
import { readSignatureAlgorithm } from "./readSignatureAlgorithm.ts";
import { readTime } from "./readTime.ts";

/**
 * Parses the DER of a certificate by the rules of Go's x509.ParseCertificate. Slightly stricter than Go: the API server
 * can parse every certificate that is accepted here. Throws {@link TrustError} `bad-certificate`.
 */
export function parseCertificate(bytes: Uint8Array): Certificate {
  // A copy, because the caller may write to its buffer later.
  const der = Uint8Array.from(bytes);
  const outside = new DerReader(der, "certificate");
  const outer = outside.enter(TAG.sequence);
  if (!outside.isEmpty) throw outside.fault("has data after its end");
  const signed = outer.readElement(TAG.sequence);
  const tbs = new DerReader(signed.content, "certificate");
  const version = readVersion(tbs);
  const serial = tbs.readInteger();
  if (serial < 0n) throw tbs.fault("has a negative serial number");
  const innerAlgorithm = tbs.readElement(TAG.sequence).content;
  const outerAlgorithm = outer.readElement(TAG.sequence).content;
  if (!Buffer.from(innerAlgorithm).equals(outerAlgorithm)) throw outer.fault("has two different signature algorithms");
  const signatureAlgorithm = readSignatureAlgorithm(new DerReader(innerAlgorithm, "signature algorithm"));
  const issuer = readName(tbs);
  const validity = tbs.enter(TAG.sequence, "validity");
  const notBefore = readTime(validity);
  const notAfter = readTime(validity);
  const subject = readName(tbs);
  const spki = tbs.readElement(TAG.sequence).whole;
  const publicKey = readPublicKey(spki);
  const { basicConstraints, ...extensions } = readTail(tbs, version);
  const signature = outer.readBitString();
  return Object.freeze({
    der,
    pem: pemBlock(der),
    fingerprint: sha256(der),
    version,
    subject,
    issuer,
    serial: serial.toString(16),
    notBefore,
    notAfter,
    publicKey,
    publicKeyFingerprint: sha256(spki),
    ...extensions,
    basicConstraints,
    isCa: basicConstraints?.isCa ?? false,
    pathLen: basicConstraints?.pathLen,
    signatureAlgorithm,
    signature: signature.aligned,
    signedBytes: signed.whole,
  });
}

function readVersion(tbs: DerReader): number {
  const explicit = tbs.enterOptional(0xa0);
  const version = explicit?.readInteger() ?? 0n;
  if (explicit?.isEmpty === false || version < 0n || version > 2n) throw tbs.fault("has an unknown version");
  return Number(version) + 1;
}

/** The fields after the public key: unique identifiers (from version 2) and extensions (only in version 3). */
function readTail(tbs: DerReader, version: number): Extensions {
  if (version === 1) return NO_EXTENSIONS;
  tbs.readOptional(0x81);
  tbs.readOptional(0x82);
  const extensions = version === 3 ? tbs.enterOptional(0xa3) : undefined;
  return extensions === undefined ? NO_EXTENSIONS : readExtensions(extensions.enter(TAG.sequence, "extensions"));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** One CERTIFICATE block (RFC 7468): 64 columns, LF line ends, a newline at the end. */
export function pemBlock(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
