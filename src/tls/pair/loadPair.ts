import { createHash } from "node:crypto";
import { parseBundle } from "../../trust/bundle.ts";
import { TrustError } from "../../trust/TrustError.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import { TlsError } from "../TlsError.ts";
import type { LoadedPair } from "./LoadedPair.ts";
import { parseKey } from "./parseKey.ts";
import { type PairPaths, readSnapshot } from "./readSnapshot.ts";

/** Bits of a file's mode. */
const OTHERS_READ = 0o004;
const OTHERS_WRITE = 0o002;

/**
 * Reads and parses a certificate and its key, both as they were at one moment; `before` is what comes back when nothing has
 * changed since. Throws {@link TlsError}.
 *
 * A key that everybody may write is refused. One that everybody may read is a warning, and in a Secret's volume not even
 * that: the kubelet makes those files 0644 unless told otherwise, and the Pod is their boundary.
 */
export async function loadPair(paths: PairPaths, before?: LoadedPair): Promise<LoadedPair> {
  const { cert, key, ca, isVolume } = await readSnapshot(paths);
  if (!isVolume && (key.mode & OTHERS_WRITE) !== 0)
    throw new TlsError({
      code: "key-writable",
      message: `${paths.key}: everybody may write this key (mode ${modeText(key.mode)}); chmod 600 it, and make a new one`,
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
    keyFingerprint: parseKey(key.text, paths.key),
    caPem,
    ca: parseCa(caPem),
    hash: `sha256:${createHash("sha256")
      .update(certificates.map(({ fingerprint }) => fingerprint).join(" "))
      .digest("hex")}`,
    warnings:
      !isVolume && (key.mode & OTHERS_READ) !== 0
        ? [`${paths.key}: everybody on this machine may read this key (mode ${modeText(key.mode)}); chmod 600 it`]
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
        ? `${path}:${error.line ?? 1}: a private key in the certificate's file; keep it in a file of its own`
        : error.message;
    throw new TlsError({ code: "bad-certificate", message }, error);
  }
}

/** A help, not a demand: what cannot be read counts as none. */
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
