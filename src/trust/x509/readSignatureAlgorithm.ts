import { DerReader, TAG } from "./DerReader.ts";

/**
 * The signature algorithm of a certificate. `unsupported`: Go does not verify it, as RSA-PSS with unusual parameters.
 */
export type SignatureAlgorithm =
  | "MD5-RSA"
  | "SHA1-RSA"
  | "SHA256-RSA"
  | "SHA384-RSA"
  | "SHA512-RSA"
  | "SHA1-ECDSA"
  | "SHA256-ECDSA"
  | "SHA384-ECDSA"
  | "SHA512-ECDSA"
  | "SHA256-RSAPSS"
  | "SHA384-RSAPSS"
  | "SHA512-RSAPSS"
  | "Ed25519"
  | "unsupported";

const BY_OID: Readonly<Record<string, SignatureAlgorithm>> = {
  "1.2.840.113549.1.1.4": "MD5-RSA",
  "1.2.840.113549.1.1.5": "SHA1-RSA",
  // The OID of ISO for the same algorithm. Microsoft's makecert wrote it.
  "1.3.14.3.2.29": "SHA1-RSA",
  "1.2.840.113549.1.1.11": "SHA256-RSA",
  "1.2.840.113549.1.1.12": "SHA384-RSA",
  "1.2.840.113549.1.1.13": "SHA512-RSA",
  "1.2.840.10045.4.1": "SHA1-ECDSA",
  "1.2.840.10045.4.3.2": "SHA256-ECDSA",
  "1.2.840.10045.4.3.3": "SHA384-ECDSA",
  "1.2.840.10045.4.3.4": "SHA512-ECDSA",
};

const RSA_PSS = "1.2.840.113549.1.1.10";
const ED25519 = "1.3.101.112";
const MGF1 = "1.2.840.113549.1.1.8";

/** By the OID of the hash: the algorithm, and the salt length in octets that Go requires. */
const PSS_BY_HASH: Readonly<Record<string, readonly [SignatureAlgorithm, bigint]>> = {
  "2.16.840.1.101.3.4.2.1": ["SHA256-RSAPSS", 32n],
  "2.16.840.1.101.3.4.2.2": ["SHA384-RSAPSS", 48n],
  "2.16.840.1.101.3.4.2.3": ["SHA512-RSAPSS", 64n],
};

/** Reads the content of an AlgorithmIdentifier. Throws {@link TrustError} `bad-certificate` if it is not DER. */
export function readSignatureAlgorithm(identifier: DerReader): SignatureAlgorithm {
  const oid = identifier.readOid();
  const parameters = identifier.isEmpty ? undefined : identifier.readAny().whole;
  if (oid === ED25519) return parameters === undefined ? "Ed25519" : "unsupported";
  if (oid !== RSA_PSS) return BY_OID[oid] ?? "unsupported";
  try {
    return parameters === undefined ? "unsupported" : readPss(new DerReader(parameters, "RSA-PSS parameters"));
  } catch {
    // With such parameters, Go parses the certificate but refuses the signature.
    return "unsupported";
  }
}

function readPss(reader: DerReader): SignatureAlgorithm {
  const parameters = reader.enter(TAG.sequence);
  const hash = readHash(parameters.enter(0xa0));
  const mask = parameters.enter(0xa1).enter(TAG.sequence);
  const sameHash = mask.readOid() === MGF1 && readHash(mask) === hash;
  const salt = parameters.enter(0xa2).readInteger();
  const trailer = parameters.enterOptional(0xa3)?.readInteger() ?? 1n;
  const [algorithm, requiredSalt] = PSS_BY_HASH[hash] ?? ["unsupported", 0n];
  return sameHash && trailer === 1n && parameters.isEmpty && salt === requiredSalt ? algorithm : "unsupported";
}

function readHash(reader: DerReader): string {
  const identifier = reader.enter(TAG.sequence);
  const oid = identifier.readOid();
  if (!identifier.isEmpty && Buffer.from(identifier.readAny().whole).toString("hex") !== "0500")
    throw identifier.fault("has parameters");
  return oid;
}
