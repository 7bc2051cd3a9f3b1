import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { derOf } from "./derOf.ts";

/** Names of test keys. */
export type KeyName =
  | "rsa"
  | "rsa-b"
  | "rsa-1024"
  | "rsa-768"
  | "p256"
  | "p256-b"
  | "p256-c"
  | "p384"
  | "p521"
  | "ed25519";

/** Hash of an RSA or ECDSA signature. */
export type SigningHash = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";

/** An extension whose value is arbitrary bytes. */
export interface RawExtension {
  readonly oid: string;
  readonly critical?: boolean;
  readonly value: Uint8Array<ArrayBuffer>;
}

/** Content of a test certificate. Fields that are not set are not in the certificate. */
export interface CertificateSpec {
  readonly subject: string;
  /** Default: the subject itself. */
  readonly issuer?: string;
  readonly key: KeyName;
  /** Default: `key`, for a root. */
  readonly signedBy?: KeyName;
  readonly hash?: SigningHash;
  readonly pss?: boolean;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly ca?: boolean | undefined;
  readonly pathLen?: number;
  readonly keyUsage?: number | undefined;
  readonly extKeyUsage?: readonly string[] | undefined;
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly email?: readonly string[];
  readonly uri?: readonly string[];
  readonly keyIds?: boolean;
  readonly extensions?: readonly RawExtension[];
}

/** The time of the tests: 1 July 2026, 12:00 UTC. */
export const NOW = Date.UTC(2026, 6, 1, 12);
export const DAY = 86_400_000;

/** Bits for `keyUsage`. */
export const KEY_USE = {
  certSign: x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
  digitalSignature: x509.KeyUsageFlags.digitalSignature,
} as const;

const ALGORITHMS = {
  rsa: { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048 },
  "rsa-b": { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048 },
  "rsa-1024": { name: "RSASSA-PKCS1-v1_5", modulusLength: 1024 },
  "rsa-768": { name: "RSASSA-PKCS1-v1_5", modulusLength: 768 },
  p256: { name: "ECDSA", namedCurve: "P-256" },
  "p256-b": { name: "ECDSA", namedCurve: "P-256" },
  "p256-c": { name: "ECDSA", namedCurve: "P-256" },
  p384: { name: "ECDSA", namedCurve: "P-384" },
  p521: { name: "ECDSA", namedCurve: "P-521" },
  ed25519: { name: "Ed25519" },
} as const;

const keys = new Map<KeyName, Promise<CryptoKeyPair>>();

/** The key pair of a name. Each call returns the same pair. It is extractable. */
export function keyPair(name: KeyName): Promise<CryptoKeyPair> {
  const made = keys.get(name) ?? newKeys(name);
  keys.set(name, made);
  return made;
}

/** The private key of a name in PEM. */
export async function privateKeyPem(name: KeyName): Promise<string> {
  const { privateKey } = await keyPair(name);
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", privateKey), "PRIVATE KEY")}\n`;
}

/** Makes a certificate. Returns its DER. */
export async function makeCertificate(spec: CertificateSpec): Promise<Uint8Array> {
  const { publicKey } = await keyPair(spec.key);
  const signer = spec.signedBy ?? spec.key;
  const { name } = ALGORITHMS[signer];
  const hash = spec.hash ?? "SHA-256";
  // A short key has no space for a long hash and its salt.
  const pss = spec.pss === true && (signer === "rsa" || signer === "rsa-b");
  const saltLength = { "SHA-1": 20, "SHA-256": 32, "SHA-384": 48, "SHA-512": 64 }[hash];
  const algorithm = pss ? { name: "RSA-PSS", hash, saltLength } : { name, hash };
  const certificate = await x509.X509CertificateGenerator.create({
    subject: spec.subject,
    issuer: spec.issuer ?? spec.subject,
    publicKey,
    signingKey: await signingKey(signer, algorithm.name, hash),
    signingAlgorithm: algorithm,
    notBefore: new Date(spec.notBefore ?? NOW - 30 * DAY),
    notAfter: new Date(spec.notAfter ?? NOW + 30 * DAY),
    extensions: await extensionsOf(spec, signer),
  });
  return new Uint8Array(certificate.rawData);
}

async function extensionsOf(spec: CertificateSpec, signer: KeyName): Promise<x509.Extension[]> {
  const { ca, pathLen, keyUsage, extKeyUsage, keyIds: hasKeyIds = true } = spec;
  const names = (["dns", "ip", "email"] as const).flatMap((type) =>
    (spec[type] ?? []).map((value) => ({ type, value })),
  );
  const uris = (spec.uri ?? []).map((value) => ({ type: "url" as const, value }));
  return [
    ...(ca === undefined ? [] : [new x509.BasicConstraintsExtension(ca, pathLen, true)]),
    ...(keyUsage === undefined ? [] : [new x509.KeyUsagesExtension(keyUsage, true)]),
    ...(extKeyUsage === undefined ? [] : [new x509.ExtendedKeyUsageExtension([...extKeyUsage])]),
    ...(names.length + uris.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension([...names, ...uris])]),
    ...(hasKeyIds
      ? [
          new x509.SubjectKeyIdentifierExtension(await keyId(spec.key)),
          new x509.AuthorityKeyIdentifierExtension(await keyId(signer)),
        ]
      : []),
    ...(spec.extensions ?? []).map(({ oid, critical, value }) => new x509.Extension(oid, critical ?? false, value)),
  ];
}

/** Makes a nameConstraints extension. Each general name is a tag and its content. */
export function nameConstraints(
  permitted: readonly (readonly [tag: number, value: string | readonly number[]])[],
  excluded: readonly (readonly [tag: number, value: string | readonly number[]])[],
): RawExtension {
  const trees = (tag: number, names: typeof permitted): Uint8Array[] =>
    names.length === 0 ? [] : [derOf(tag, ...names.map(([kind, value]) => derOf(0x30, derOf(kind, value))))];
  return { oid: "2.5.29.30", critical: true, value: derOf(0x30, ...trees(0xa0, permitted), ...trees(0xa1, excluded)) };
}

const keyIds = new Map<KeyName, Promise<string>>();

/** The identifier of a key in hex. Computed once. */
function keyId(name: KeyName): Promise<string> {
  const made = keyIds.get(name) ?? newKeyId(name);
  keyIds.set(name, made);
  return made;
}

async function newKeyId(name: KeyName): Promise<string> {
  return (await x509.SubjectKeyIdentifierExtension.create((await keyPair(name)).publicKey)).keyId;
}

async function newKeys(name: KeyName): Promise<CryptoKeyPair> {
  const algorithm = ALGORITHMS[name];
  const rsa = algorithm.name === "RSASSA-PKCS1-v1_5" ? { publicExponent: Uint8Array.of(1, 0, 1), hash: "SHA-256" } : {};
  const made = await crypto.subtle.generateKey({ ...algorithm, ...rsa }, true, ["sign", "verify"]);
  if (!("privateKey" in made)) throw new Error(`${name} is not a key pair`);
  return made;
}

const signingKeys = new Map<string, Promise<CryptoKey>>();

/** Web Crypto binds RSA keys to a scheme and a hash. Imports the key once for each of them. */
function signingKey(name: KeyName, scheme: string, hash: string): Promise<CryptoKey> {
  const id = `${name} ${scheme} ${hash}`;
  const made = signingKeys.get(id) ?? importSigningKey(name, scheme, hash);
  signingKeys.set(id, made);
  return made;
}

async function importSigningKey(name: KeyName, scheme: string, hash: string): Promise<CryptoKey> {
  const { privateKey } = await keyPair(name);
  if (ALGORITHMS[name].name !== "RSASSA-PKCS1-v1_5") return privateKey;
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", privateKey);
  return crypto.subtle.importKey("pkcs8", pkcs8, { name: scheme, hash }, false, ["sign"]);
}
