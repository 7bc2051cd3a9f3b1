import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";

/** A key pair that signs records: a JWK with its thumbprint as `kid`, and a JWKS with the public key. Both are JSON. */
export interface RecordsKey {
  readonly privateJwk: string;
  readonly publicJwks: string;
}

/** Makes an Ed25519 key pair. */
export async function newRecordsKey(): Promise<RecordsKey> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const { d, ...open } = await exportJWK(privateKey);
  const named = { ...open, kid: await calculateJwkThumbprint(open), alg: "EdDSA", use: "sig" };
  return { privateJwk: JSON.stringify({ ...named, d }), publicJwks: JSON.stringify({ keys: [named] }) };
}
