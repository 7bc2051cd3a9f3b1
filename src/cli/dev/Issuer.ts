import "reflect-metadata";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";
import { nameConstraints } from "./nameConstraints.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const NAME_CONSTRAINTS = "2.5.29.30";
const DAY_MS = 86_400_000;
/** Long, because a CA is created once and may be added to a keychain. */
const CA_DAYS = 3650;
const SERVING_DAYS = 90;
/** A serving certificate is renewed at a third of its lifetime. */
const RENEW_DAYS = 30;
/** Tolerance for clocks of other machines. */
const SKEW_MS = 3_600_000;

/** A certificate with its private key, which may not be extractable. */
export interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly key: CryptoKey;
}

/** Imports a P-256 private key in PEM, for signing. Rejects for any other text. */
export function importKey(pem: string): Promise<CryptoKey> {
  return crypto.subtle.importKey("pkcs8", x509.PemConverter.decodeFirst(pem), ALGORITHM, false, ["sign"]);
}

/** A new CA, which may only sign certificates of localhost, loopback addresses and `hosts` (RFC 5280, section 4.2.1.10). */
export async function createCa(hosts: readonly string[], now: number): Promise<Issuer> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const name = `CN=postern dev ${new Date(now).toISOString().slice(0, 10)}`;
  const [notBefore, notAfter] = [new Date(now - SKEW_MS), new Date(now + CA_DAYS * DAY_MS)];
  return { certificate: await signCa({ name, keys, hosts, notBefore, notAfter }), key: keys.privateKey };
}

/** The same CA, with its name, key and validity, for other hosts. */
export async function reissueCa(ca: Issuer, hosts: readonly string[]): Promise<Issuer> {
  const { subject: name, notBefore, notAfter, publicKey } = ca.certificate;
  const keys = { privateKey: ca.key, publicKey: await publicKey.export() };
  return { certificate: await signCa({ name, keys, hosts, notBefore, notAfter }), key: ca.key };
}

/** Whether a CA may sign certificates of `hosts`, and is limited to these or, without hosts, to any. */
export function isLimitedTo(ca: x509.X509Certificate, hosts: readonly string[]): boolean {
  const extension = ca.getExtension(NAME_CONSTRAINTS);
  if (extension === null || hosts.length === 0) return extension !== null;
  return Buffer.from(extension.value).equals(nameConstraints(hosts));
}

interface CaContent {
  readonly name: string;
  readonly keys: CryptoKeyPair;
  readonly hosts: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

async function signCa({ name, keys, hosts, notBefore, notAfter }: CaContent): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore,
    notAfter,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.Extension(NAME_CONSTRAINTS, true, Uint8Array.from(nameConstraints(hosts))),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

/** When {@link createCa} created a CA, to the second. */
export function createdAt(ca: x509.X509Certificate): Date {
  return new Date(ca.notBefore.getTime() + SKEW_MS);
}

/** A new serving certificate for localhost, 127.0.0.1, ::1 and `hosts`, signed by the CA. */
export async function createServing(ca: Issuer, hosts: readonly string[], now: number): Promise<Issuer> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: "CN=localhost",
    issuer: ca.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: ca.key,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(now - SKEW_MS),
    notAfter: new Date(now + SERVING_DAYS * DAY_MS),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      namesOf(hosts),
      await x509.AuthorityKeyIdentifierExtension.create(ca.certificate.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, key: keys.privateKey };
}

/** Whether a serving certificate has exactly these hosts, is of the CA, and is not due for renewal. */
export async function isFresh(
  certificate: x509.X509Certificate,
  ca: Issuer,
  hosts: readonly string[],
  now: number,
): Promise<boolean> {
  if (certificate.notAfter.getTime() < now + RENEW_DAYS * DAY_MS || certificate.notBefore.getTime() > now) return false;
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension);
  if (names === null || !Buffer.from(names.rawData).equals(Buffer.from(namesOf(hosts).rawData))) return false;
  return certificate.verify({ publicKey: ca.certificate.publicKey, date: new Date(now) });
}

/** Whether a CA expires before a serving certificate would be renewed. */
export function expiresSoon(ca: x509.X509Certificate, now: number): boolean {
  return ca.notAfter.getTime() < now + RENEW_DAYS * DAY_MS;
}

function namesOf(hosts: readonly string[]): x509.SubjectAlternativeNameExtension {
  const names = [...new Set(["localhost", "127.0.0.1", "::1", ...hosts])];
  return new x509.SubjectAlternativeNameExtension(
    names.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
  );
}
