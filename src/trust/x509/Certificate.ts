import type { Extensions } from "./readExtensions.ts";
import type { DistinguishedName } from "./readName.ts";
import type { PublicKey } from "./readPublicKey.ts";
import type { SignatureAlgorithm } from "./readSignatureAlgorithm.ts";

/** An X.509 certificate, parsed by `parseCertificate`. It is frozen. Do not write to its byte arrays. */
export interface Certificate extends Extensions {
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
  /** SHA-256 of the SubjectPublicKeyInfo, in lower-case hex. Equal for all certificates of one key. */
  readonly publicKeyFingerprint: string;
  readonly isCa: boolean;
  /** The number of intermediates that may follow below it; undefined for no limit. */
  readonly pathLen: number | undefined;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  /** The signed bytes: the DER of the TBSCertificate. */
  readonly signedBytes: Uint8Array;
}
