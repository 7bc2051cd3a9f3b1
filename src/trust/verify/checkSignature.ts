import { constants, type KeyObject, verify } from "node:crypto";
import type { Certificate } from "../x509/Certificate.ts";
import type { SignatureAlgorithm } from "../x509/readSignatureAlgorithm.ts";
import type { ChainFault, VerificationCode } from "./Verification.ts";

/** Go's crypto/rsa refuses smaller RSA keys since Go 1.24. */
const MIN_RSA_BITS = 1024;

/** The kind of key of each algorithm, its hash, and the salt length of RSA-PSS in octets. */
const ALGORITHMS: Readonly<
  Partial<Record<SignatureAlgorithm, { readonly kind: string; readonly hash: string | null; readonly salt?: number }>>
> = {
  "SHA256-RSA": { kind: "rsa", hash: "sha256" },
  "SHA384-RSA": { kind: "rsa", hash: "sha384" },
  "SHA512-RSA": { kind: "rsa", hash: "sha512" },
  "SHA256-RSAPSS": { kind: "rsa", hash: "sha256", salt: 32 },
  "SHA384-RSAPSS": { kind: "rsa", hash: "sha384", salt: 48 },
  "SHA512-RSAPSS": { kind: "rsa", hash: "sha512", salt: 64 },
  "SHA256-ECDSA": { kind: "ecdsa", hash: "sha256" },
  "SHA384-ECDSA": { kind: "ecdsa", hash: "sha384" },
  "SHA512-ECDSA": { kind: "ecdsa", hash: "sha512" },
  Ed25519: { kind: "ed25519", hash: null },
};

/**
 * Checks whether `parent` may sign certificates and signed `child`, as Go's CheckSignatureFrom does. Returns undefined
 * if it did. This is the only check that considers key usage.
 */
export function checkSignature(child: Certificate, parent: Certificate): ChainFault | undefined {
  const fault = (code: VerificationCode, predicate: string): ChainFault => ({
    code,
    message: `${parent.subject.short} ${predicate}`,
  });
  const isUnmarked = parent.version === 3 && parent.basicConstraints === undefined;
  if (isUnmarked || parent.basicConstraints?.isCa === false) return fault("not-a-ca", "is not a CA");
  if (parent.keyUsage.length > 0 && !parent.keyUsage.includes("keyCertSign"))
    return fault("not-a-ca", "has a key usage that does not allow signing certificates");
  const name = child.signatureAlgorithm;
  if (/^(?:SHA1|MD5)-/.test(name)) return fault("weak-signature", `signed ${child.subject.short} with ${name}`);
  const algorithm = ALGORITHMS[name];
  const { publicKey } = parent;
  if (algorithm === undefined || publicKey.kind === "unknown")
    return fault("unsupported-signature", `signed ${child.subject.short} with an unsupported algorithm or key`);
  if (algorithm.kind !== publicKey.kind)
    return fault("bad-signature", `has a different kind of key than the signature of ${child.subject.short}`);
  if (publicKey.kind === "rsa" && (publicKey.bits < MIN_RSA_BITS || !publicKey.usable))
    return fault("key-not-usable", `has an RSA key that Go does not accept (${publicKey.bits} bits)`);
  if (isSigned(child, publicKey.key, algorithm)) return undefined;
  return fault("bad-signature", `did not sign ${child.subject.short}`);
}

function isSigned(child: Certificate, key: KeyObject, how: { hash: string | null; salt?: number }): boolean {
  const padding = how.salt === undefined ? {} : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: how.salt };
  try {
    return verify(how.hash, child.signedBytes, { key, ...padding }, child.signature);
  } catch {
    return false;
  }
}
