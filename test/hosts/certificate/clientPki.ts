import { parseCertificate, pemBlock } from "../../../src/trust/x509/parseCertificate.ts";
import {
  type CertificateSpec,
  DAY,
  KEY_USE,
  type KeyName,
  makeCertificate,
  NOW,
  privateKeyPem,
} from "../../trust/makeCertificate.ts";

/** The subject of {@link CLIENT}, as RFC 4514 writes it. */
export const SUBJECT = "CN=kube-apiserver,O=production";

const CA: CertificateSpec = {
  subject: "CN=Client CA",
  key: "p384",
  ca: true,
  keyUsage: KEY_USE.certSign,
  notBefore: NOW - 300 * DAY,
  notAfter: NOW + 300 * DAY,
};

/** A CA of clients, and the one that replaces it. */
export const CAS = {
  old: CA,
  new: { ...CA, subject: "CN=New client CA", key: "p521" },
  /** Has the name of `old` and another key. */
  sameName: { ...CA, key: "rsa-b" },
  intermediate: { ...CA, subject: "CN=Client intermediate", issuer: CA.subject, key: "p256-b", signedBy: "p384" },
} satisfies Record<string, CertificateSpec>;

/** A client of the CA `old`. The certificate has the organisation first, as kubeadm writes it. */
export const CLIENT: CertificateSpec = {
  subject: "O=production, CN=kube-apiserver",
  issuer: CA.subject,
  key: "p256-c",
  signedBy: "p384",
  keyUsage: KEY_USE.digitalSignature,
  extKeyUsage: ["1.3.6.1.5.5.7.3.2"],
};

/** What a TLS client presents. */
export interface ClientPair {
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the leaf. */
  readonly fingerprint: string;
}

/** One certificate in PEM. */
export async function pemOf(spec: CertificateSpec): Promise<string> {
  return pemBlock(await makeCertificate(spec));
}

/** A client certificate with its key. `spec` replaces properties of {@link CLIENT}, and `chain` follows it. */
export async function clientPair(
  spec: Partial<CertificateSpec> = {},
  ...chain: readonly CertificateSpec[]
): Promise<ClientPair> {
  const der = await makeCertificate({ ...CLIENT, ...spec });
  const key: KeyName = spec.key ?? CLIENT.key;
  const above = await Promise.all(chain.map(pemOf));
  return {
    cert: [pemBlock(der), ...above].join(""),
    key: await privateKeyPem(key),
    fingerprint: parseCertificate(der).fingerprint,
  };
}
