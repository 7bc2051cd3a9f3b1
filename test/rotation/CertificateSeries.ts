import { X509Certificate } from "node:crypto";
import { TestCa } from "../cluster/TestCa.ts";

/** A certificate chain with its key, in PEM, and its serial number in upper-case hex. */
export interface SerialPair {
  readonly cert: string;
  readonly key: string;
  readonly serial: string;
}

/** Certificates, alternately ECDSA (P-256) and RSA (2048 bits), and their common root in PEM. */
export interface CertificateSeries {
  readonly root: string;
  readonly pairs: readonly SerialPair[];
}

/** Generation of RSA keys is slow, so that this many are reused. */
const RSA_KEYS = 8;
const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: "SHA-256",
};

/** Issues `count` certificates for a host from one intermediate. */
export async function makeSeries(count: number, host: string): Promise<CertificateSeries> {
  const root = await TestCa.create("Rotation root");
  const ca = await root.intermediate("Rotation intermediate");
  const rsaKeys = await Promise.all(
    Array.from({ length: Math.min(RSA_KEYS, Math.ceil(count / 2)) }, () =>
      crypto.subtle.generateKey(RSA, true, ["sign", "verify"]),
    ),
  );
  const pairs: SerialPair[] = [];
  for (let index = 0; index < count; index += 1) {
    const rsa = index % 2 === 1 ? rsaKeys[Math.floor(index / 2) % rsaKeys.length] : undefined;
    const pair = await ca.issue({ name: host, hosts: [host], ...(rsa === undefined ? {} : { keys: rsa }) });
    pairs.push({ ...pair, serial: new X509Certificate(pair.cert).serialNumber });
  }
  return { root: root.cert, pairs };
}
