import { constants, type KeyObject, verify } from "node:crypto";
import type { Certificate } from "../x509/Certificate.ts";
import type { SignatureAlgorithm } from "../x509/readSignatureAlgorithm.ts";
import type { Refusal, VerificationCode } from "./Verification.ts";

/** Smaller RSA keys are refused by Go's crypto/rsa since 1.24. In bits. */
const SMALLEST_RSA = 1024;

/** The key that an algorithm needs, and its hash. */
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
 * Whether `parent` may sign certificates and did sign `child`, as Go's CheckSignatureFrom says; undefined when all is well.
 * Key usage counts here, and here alone.
 */
export function checkSignature(child: Certificate, parent: Certificate): Refusal | undefined {
  const refuse = (code: VerificationCode, problem: string): Refusal => ({
    code,
    message: `${parent.subject.short} ${problem}`,
  });
  const mayNot = parent.version === 3 && parent.basicConstraints === undefined;
  if (mayNot || parent.basicConstraints?.isCa === false) return refuse("not-a-ca", "is no CA");
  if (parent.keyUsage.length > 0 && !parent.keyUsage.includes("keyCertSign"))
    return refuse("not-a-ca", "has a key that is not for signing certificates");
  const name = child.signatureAlgorithm;
  if (/^(?:SHA1|MD5)-/.test(name)) return refuse("weak-signature", `signed ${child.subject.short} with ${name}`);
  const algorithm = ALGORITHMS[name];
  const { publicKey } = parent;
  if (algorithm === undefined || publicKey.kind === "unknown")
    return refuse("unsupported-signature", `signed ${child.subject.short} in a way that is not supported`);
  if (algorithm.kind !== publicKey.kind)
    return refuse("bad-signature", `has another kind of key than ${child.subject.short} was signed with`);
  if (publicKey.kind === "rsa" && (publicKey.bits < SMALLEST_RSA || !publicKey.usable))
    return refuse("key-not-usable", `has an RSA key that is not accepted (${publicKey.bits} bits)`);
  if (isSigned(child, publicKey.key, algorithm)) return undefined;
  return refuse("bad-signature", `did not sign ${child.subject.short}`);
}

function isSigned(child: Certificate, key: KeyObject, how: { hash: string | null; salt?: number }): boolean {
  const padding = how.salt === undefined ? {} : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: how.salt };
  try {
    return verify(how.hash, child.signedBytes, { key, ...padding }, child.signature);
  } catch {
    return false;
  }
}
