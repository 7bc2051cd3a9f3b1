import { parseCertificate, pemBlock } from "../../src/trust/x509/parseCertificate.ts";
import {
  type CertificateSpec,
  DAY,
  KEY_USE,
  type KeyName,
  makeCertificate,
  NOW,
  privateKeyPem,
} from "../trust/makeCertificate.ts";

/** The DNS name of the test certificates. */
export const HOST = "hook.example";

/** A chain and its key, in PEM. */
export interface TestPair {
  readonly cert: string;
  readonly key: string;
  /** Serial number of the leaf, in lower-case hex without leading zeros. */
  readonly serial: string;
}

const ROOT: CertificateSpec = {
  subject: "CN=Root",
  key: "p384",
  ca: true,
  keyUsage: KEY_USE.certSign,
  notBefore: NOW - 300 * DAY,
  notAfter: NOW + 3000 * DAY,
};
/** The intermediate that signs all leaves. */
export const INTERMEDIATE: CertificateSpec = {
  ...ROOT,
  subject: "CN=Intermediate",
  issuer: "CN=Root",
  key: "p256-b",
  signedBy: "p384",
};
/** A valid leaf. */
export const LEAF: CertificateSpec = {
  subject: "CN=leaf",
  issuer: "CN=Intermediate",
  key: "p256",
  signedBy: "p256-b",
  dns: [HOST],
  extKeyUsage: ["1.3.6.1.5.5.7.3.1"],
};

/** One certificate in PEM. */
export async function pemOf(spec: CertificateSpec): Promise<string> {
  return pemBlock(await makeCertificate(spec));
}

/** The root of all chains. */
export function rootPem(): Promise<string> {
  return pemOf(ROOT);
}

let intermediate: Promise<string> | undefined;

/** The intermediate, always the same, in PEM. */
export function intermediatePem(): Promise<string> {
  intermediate ??= pemOf(INTERMEDIATE);
  return intermediate;
}

/** A leaf with its intermediate. `spec` replaces properties of {@link LEAF}. */
export async function makePair(spec: Partial<CertificateSpec> = {}): Promise<TestPair> {
  const leaf = await makeCertificate({ ...LEAF, ...spec });
  const key: KeyName = spec.key ?? LEAF.key;
  return {
    cert: pemBlock(leaf) + (await intermediatePem()),
    key: await privateKeyPem(key),
    serial: parseCertificate(leaf).serial,
  };
}
