import type { LoadedPair } from "../../../src/tls/pair/LoadedPair.ts";
import type { Certificate } from "../../../src/trust/x509/Certificate.ts";
import { parseCertificate } from "../../../src/trust/x509/parseCertificate.ts";
import {
  type CertificateSpec,
  DAY,
  KEY_USE,
  makeCertificate,
  NOW,
  nameConstraints,
  privateKeyPem,
} from "../../trust/makeCertificate.ts";
import { HOST } from "../testPki.ts";

const CA: Pick<CertificateSpec, "ca" | "keyUsage" | "notBefore" | "notAfter"> = {
  ca: true,
  keyUsage: KEY_USE.certSign,
  notBefore: NOW - 300 * DAY,
  notAfter: NOW + 300 * DAY,
};
const ENDED = { notAfter: NOW - DAY };
const FUTURE = { notBefore: NOW + DAY };
const X1: CertificateSpec = { ...CA, subject: "CN=X1", key: "p384" };
const OLD: CertificateSpec = { ...CA, subject: "CN=Old", key: "rsa" };
/** Root X1, signed by the older root that clients had before. */
const CROSS: CertificateSpec = { ...X1, issuer: "CN=Old", signedBy: "rsa" };
const INT: CertificateSpec = { ...CA, subject: "CN=Int", issuer: "CN=X1", key: "p256-b", signedBy: "p384" };

/** A leaf, and everything that may stand above it: roots that sign each other, and certificates of the same name and key. */
export const SPECS = {
  leaf: {
    subject: "CN=leaf",
    issuer: "CN=Int",
    key: "p256",
    signedBy: "p256-b",
    dns: [HOST],
    extKeyUsage: ["1.3.6.1.5.5.7.3.1"],
    notAfter: NOW + 20 * DAY,
  },
  int: INT,
  intEnded: { ...INT, ...ENDED },
  intFuture: { ...INT, ...FUTURE },
  intEndsFirst: { ...INT, notAfter: NOW + 10 * DAY },
  intByOther: { ...INT, issuer: "CN=Stranger", signedBy: "p521" },
  intConstrained: { ...INT, extensions: [nameConstraints([], [[0x82, "example"]])] },
  intForClients: { ...INT, extKeyUsage: ["1.3.6.1.5.5.7.3.2"] },
  intSha1: { ...INT, hash: "SHA-1" },
  intOtherKey: { ...INT, key: "p256-c" },
  cross: CROSS,
  crossEnded: { ...CROSS, ...ENDED },
  crossEndsFirst: { ...CROSS, notAfter: NOW + 5 * DAY },
  crossFuture: { ...CROSS, ...FUTURE },
  x1: X1,
  x1Ended: { ...X1, ...ENDED },
  x1Sha1: { ...X1, hash: "SHA-1" },
  old: OLD,
  oldEnded: { ...OLD, ...ENDED },
  stranger: { ...CA, subject: "CN=Stranger", key: "p521" },
  unrelated: { subject: "CN=other", key: "rsa-b", dns: ["other.example"] },
} as const satisfies Readonly<Record<string, CertificateSpec>>;

/** The name of a certificate of {@link SPECS}. */
export type CrossName = keyof typeof SPECS;

/** Makes each certificate of {@link SPECS} once. */
export async function crossSigned(): Promise<(name: CrossName) => Certificate> {
  const made = new Map<string, Certificate>();
  for (const [name, spec] of Object.entries(SPECS)) made.set(name, parseCertificate(await makeCertificate(spec)));
  return (name) => {
    const certificate = made.get(name);
    if (certificate === undefined) throw new Error(`${name} was not made`);
    return certificate;
  };
}

/** A pair with these certificates, as `loadPair` returns it. */
export async function pairOf(
  chain: readonly Certificate[],
  { key = "p256", ca = [] }: { key?: CertificateSpec["key"]; ca?: readonly Certificate[] } = {},
): Promise<LoadedPair> {
  const [leaf] = chain;
  if (leaf === undefined) throw new Error("a pair has a leaf");
  return {
    paths: { cert: "tls.crt", key: "tls.key" },
    chain,
    leaf,
    certPem: chain.map(({ pem }) => pem).join(""),
    keyPem: await privateKeyPem(key),
    keyFingerprint: leaf.publicKeyFingerprint,
    caPem: "",
    ca,
    hash: chain.map(({ fingerprint }) => fingerprint).join(" "),
    warnings: [],
  };
}
