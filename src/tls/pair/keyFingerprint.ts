import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { TlsError, type TlsFaultCode } from "../TlsError.ts";

const BEGIN = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----/g;

/**
 * The fingerprint of a private key: SHA-256 of the SubjectPublicKeyInfo of its public key, in lower-case hex. `path` is for
 * messages, which never repeat the content of the file. Throws {@link TlsError} `bad-key` or `encrypted-key`.
 */
export function keyFingerprint(pem: string, path: string): string {
  const fault = (code: TlsFaultCode, words: string, cause?: unknown): TlsError =>
    new TlsError({ code, message: `${path}: ${words}` }, cause);
  if (pem.includes("\ufeff")) throw fault("bad-key", "contains a byte order mark; save the key as plain ASCII");
  const blocks = [...pem.matchAll(BEGIN)];
  if (blocks.length === 0) throw fault("bad-key", "contains no private key in PEM");
  if (blocks.length > 1) throw fault("bad-key", `contains ${blocks.length} private keys; expected one`);
  if (blocks[0]?.[1]?.startsWith("ENCRYPTED") || /^Proc-Type: *4, *ENCRYPTED/m.test(pem))
    throw fault("encrypted-key", "the key is encrypted with a passphrase; store it without one");
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    // OpenSSL's message names neither the file nor the fault. Its error is not kept as the cause: it may quote the file.
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw fault("bad-key", `the private key cannot be parsed${code}; check that it is complete`);
  }
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("hex");
}
