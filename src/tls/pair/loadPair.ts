import { createHash } from "node:crypto";
import { parseBundle } from "../../trust/bundle.ts";
import { TrustError } from "../../trust/TrustError.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import { TlsError } from "../TlsError.ts";
import { keyFingerprint } from "./keyFingerprint.ts";
import type { LoadedPair } from "./LoadedPair.ts";
import { type PairPaths, readSnapshot } from "./readSnapshot.ts";

/** Bits of a file mode. */
const OTHERS_READ = 0o004;
const OTHERS_WRITE = 0o002;

/**
 * Reads and parses a certificate and its key, both from the same moment. Returns `before` when nothing has changed. Throws
 * {@link TlsError}.
 *
 * A world-writable key is a fault. A world-readable key is a warning, except in a Secret volume: the kubelet creates those
 * files with mode 0644 by default, and only the Pod can read them.
 */
export async function loadPair(paths: PairPaths, before?: LoadedPair): Promise<LoadedPair> {
  const { cert, key, ca, isVolume } = await readSnapshot(paths);
  if (!isVolume && (key.mode & OTHERS_WRITE) !== 0)
    throw new TlsError({
      code: "key-writable",
      message: `${paths.key}: every user may write this key (mode ${modeText(key.mode)}); create a new key with mode 0600`,
    });
  const caPem = ca?.text ?? "";
  if (before?.certPem === cert.text && before.keyPem === key.text && before.caPem === caPem) return before;
  const certificates = parseChain(cert.text, paths.cert);
  const [leaf] = certificates;
  if (leaf === undefined) throw new TlsError({ code: "bad-certificate", message: `${paths.cert}: no certificate` });
  return {
    paths,
    chain: certificates,
    leaf,
    certPem: cert.text,
    keyPem: key.text,
    keyFingerprint: keyFingerprint(key.text, paths.key),
    caPem,
    ca: parseCa(caPem),
    hash: `sha256:${createHash("sha256")
      .update(certificates.map(({ fingerprint }) => fingerprint).join(" "))
      .digest("hex")}`,
    warnings:
      !isVolume && (key.mode & OTHERS_READ) !== 0
        ? [`${paths.key}: every user of this machine may read this key (mode ${modeText(key.mode)}); set mode 0600`]
        : [],
  };
}

function parseChain(text: string, path: string): readonly Certificate[] {
  try {
    return parseBundle(text, path);
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    const message =
      error.code === "private-key"
        ? `${path}:${error.line ?? 1}: the certificate file contains a private key; move the key to a separate file`
        : error.message;
    throw new TlsError({ code: "bad-certificate", message }, error);
  }
}

/** `ca.crt` is optional: an unreadable one counts as empty. */
function parseCa(pem: string): readonly Certificate[] {
  try {
    return parseBundle(pem, "ca.crt");
  } catch {
    return [];
  }
}

function modeText(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, "0");
}
