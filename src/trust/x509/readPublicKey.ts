import { createPublicKey, type KeyObject } from "node:crypto";
import { DerReader, TAG } from "./DerReader.ts";

/** The public key of a certificate. `unknown`: Go parses the certificate, but cannot verify signatures with the key. */
export type PublicKey =
  | { readonly kind: "rsa"; readonly bits: number; readonly usable: boolean; readonly key: KeyObject }
  | { readonly kind: "ecdsa"; readonly curve: string; readonly key: KeyObject }
  | { readonly kind: "ed25519"; readonly key: KeyObject }
  | { readonly kind: "unknown"; readonly algorithm: string };

const CURVES: Readonly<Record<string, string>> = {
  "1.3.132.0.33": "P-224",
  "1.2.840.10045.3.1.7": "P-256",
  "1.3.132.0.34": "P-384",
  "1.3.132.0.35": "P-521",
};
const DSA = "1.2.840.10040.4.1";
const NULL = "0500";

/**
 * Reads a SubjectPublicKeyInfo (RFC 5280 4.1.2.7) by Go's rules. Go also parses DSA keys, but verifies no signature with
 * them: they are `unknown`. Throws {@link TrustError} `bad-certificate`.
 */
export function readPublicKey(spki: Uint8Array): PublicKey {
  const info = new DerReader(spki, "public key").enter(TAG.sequence);
  const identifier = info.enter(TAG.sequence);
  const algorithm = identifier.readOid();
  const parameters = identifier.isEmpty ? undefined : identifier.readAny();
  const { aligned: bytes } = info.readBitString();
  const hex = Buffer.from(parameters?.whole ?? []).toString("hex");
  switch (algorithm) {
    case "1.2.840.113549.1.1.1": {
      if (hex !== NULL) throw info.fault("is an RSA key without NULL parameters");
      return readRsa(bytes, info, spki);
    }
    case "1.2.840.10045.2.1": {
      const curve =
        parameters?.tag === TAG.oid ? CURVES[new DerReader(parameters.whole, "curve").readOid()] : undefined;
      // 4 marks an uncompressed point, the only form that Go reads.
      if (curve === undefined || bytes[0] !== 4) throw info.fault("has an unsupported curve or form");
      return { kind: "ecdsa", curve, key: keyObject(spki, info) };
    }
    case "1.3.101.112": {
      if (parameters !== undefined || bytes.length !== 32) throw info.fault("is a malformed Ed25519 key");
      return { kind: "ed25519", key: keyObject(spki, info) };
    }
    case DSA: {
      checkDsa(bytes, parameters?.whole ?? new Uint8Array());
      return { kind: "unknown", algorithm };
    }
    default:
      return { kind: "unknown", algorithm };
  }
}

function readRsa(bytes: Uint8Array, info: DerReader, spki: Uint8Array): PublicKey {
  const numbers = new DerReader(bytes, "RSA key").enter(TAG.sequence);
  const modulus = numbers.readInteger();
  const exponent = numbers.readInteger();
  if (modulus <= 0n || exponent <= 0n || exponent >= 1n << 63n) throw info.fault("is an RSA key with invalid numbers");
  // Go's crypto/rsa verifies with no other keys. With an exponent of 1, anybody could forge signatures.
  const usable = modulus % 2n === 1n && exponent % 2n === 1n && exponent >= 3n && exponent < 1n << 31n;
  return { kind: "rsa", bits: modulus.toString(2).length, usable, key: keyObject(spki, info) };
}

function checkDsa(bytes: Uint8Array, parameters: Uint8Array): void {
  const key = new DerReader(bytes, "DSA key");
  const numbers = new DerReader(parameters, "DSA key").enter(TAG.sequence);
  const all = [key.readInteger(), numbers.readInteger(), numbers.readInteger(), numbers.readInteger()];
  if (all.some((number) => number <= 0n)) throw key.fault("has a number that is not positive");
}

function keyObject(spki: Uint8Array, info: DerReader): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
  } catch {
    throw info.fault("is not a key");
  }
}
