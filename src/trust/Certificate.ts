import type { KeyUsage } from "./der/readExtensions.ts";
import type { DistinguishedName } from "./der/readName.ts";
import type { NameConstraints } from "./der/readNameConstraints.ts";
import type { PublicKey } from "./der/readPublicKey.ts";
import type { SubjectAltNames } from "./der/readSans.ts";
import type { SignatureAlgorithm } from "./der/readSignatureAlgorithm.ts";

/** An X.509 certificate, read once by `parseCertificate`. Nothing in it changes; its bytes are not to be written to. */
export interface Certificate {
  readonly der: Uint8Array;
  /** One CERTIFICATE block: 64 columns, a newline at the end. */
  readonly pem: string;
  /** SHA-256 of the DER, in lower-case hex. */
  readonly fingerprint: string;
  /** 1 to 3. */
  readonly version: number;
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  /** In lower-case hex, without leading zeros. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: PublicKey;
  /** SHA-256 of the SubjectPublicKeyInfo, in lower-case hex: the same for every certificate of one key. */
  readonly publicKeyFingerprint: string;
  readonly sans: SubjectAltNames;
  /** The subjectAltName extension's value in hex; undefined without one. */
  readonly rawSans: string | undefined;
  /** Undefined without a basicConstraints extension. */
  readonly basicConstraints: { readonly isCa: boolean; readonly pathLen: number | undefined } | undefined;
  readonly isCa: boolean;
  /** How many intermediates may follow below it; undefined for any number. */
  readonly pathLen: number | undefined;
  /** None means any. */
  readonly keyUsage: readonly KeyUsage[];
  /** OIDs. None means any. */
  readonly extKeyUsage: readonly string[];
  readonly nameConstraints: NameConstraints | undefined;
  readonly subjectKeyId: string | undefined;
  readonly authorityKeyId: string | undefined;
  /** It asks for certificate policies to be checked, which is not done here: it is refused as an intermediate. */
  readonly needsPolicies: boolean;
  /** OIDs of extensions that are critical and not understood. */
  readonly unknownCritical: readonly string[];
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  /** What was signed. */
  readonly signedBytes: Uint8Array;
}
