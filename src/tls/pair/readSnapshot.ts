import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TlsError } from "../TlsError.ts";
import { type PemFile, readPemFile } from "./readPemFile.ts";

/** Paths of a certificate chain and its key. */
export interface PairPaths {
  /** PEM, leaf first. */
  readonly cert: string;
  /** PEM, not encrypted. */
  readonly key: string;
}

/** Files from the same moment. */
export interface PairSnapshot {
  readonly cert: PemFile;
  readonly key: PemFile;
  /** `ca.crt` of the same Secret: cert-manager stores the issuer there. */
  readonly ca: PemFile | undefined;
  /** Whether the kubelet wrote the files as a volume. Their modes are then set by the Pod. */
  readonly isVolume: boolean;
}

/** The link of a volume to its current folder. The kubelet's AtomicWriter replaces it in one step. */
const DATA = "..data";
const ATTEMPTS = 5;
const PAUSE_MS = 20;

/**
 * Reads a certificate and its key from the same moment. In a Secret volume, both come from the folder that `..data` points
 * to. Other files are read twice, until both reads are equal. Throws {@link TlsError}.
 */
export async function readSnapshot(paths: PairPaths): Promise<PairSnapshot> {
  let last: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await sleep(PAUSE_MS);
    const data = await dataFolder(paths);
    try {
      if (data !== undefined) return await readVolume(paths, data);
      const [cert, key] = await readBoth(paths);
      const [certAfter, keyAfter] = await readBoth(paths);
      if (isSame(cert, certAfter) && isSame(key, keyAfter)) return { cert, key, ca: undefined, isVolume: false };
    } catch (error) {
      last = error;
      // A missing file may have been replaced during the read. Other faults do not go away within milliseconds.
      if (!(error instanceof TlsError) || error.code !== "missing") throw error;
    }
  }
  throw last ?? new TlsError({ code: "unsteady", message: `${paths.cert}, ${paths.key}: changed during each read` });
}

async function dataFolder({ cert, key }: PairPaths): Promise<string | undefined> {
  const folder = dirname(cert);
  if (dirname(key) !== folder) return undefined;
  const link = join(folder, DATA);
  try {
    return (await lstat(link)).isSymbolicLink() ? await realpath(link) : undefined;
  } catch {
    // Read as plain files, which reports the fault.
    return undefined;
  }
}

async function readVolume(paths: PairPaths, data: string): Promise<PairSnapshot> {
  const inData = (path: string): string => join(data, basename(path));
  const ca = await readPemFile(join(data, "ca.crt"), "CA bundle").catch(() => undefined);
  try {
    const [cert, key] = await readBoth({ cert: inData(paths.cert), key: inData(paths.key) });
    return { cert, key, ca, isVolume: true };
  } catch (error) {
    // Names the configured path. The name of the folder contains a time, and would make each fault a new one.
    if (error instanceof TlsError)
      throw new TlsError({ code: error.code, message: error.message.replace(data, dirname(paths.cert)) }, error);
    throw error;
  }
}

/** Reads both at the same time. The fault of the certificate is reported first, whichever read ends first. */
async function readBoth({ cert, key }: PairPaths): Promise<[PemFile, PemFile]> {
  const keyRead = readPemFile(key, "private key");
  keyRead.catch(() => undefined);
  return [await readPemFile(cert, "certificate"), await keyRead];
}

function isSame(left: PemFile, right: PemFile): boolean {
  return left.identity === right.identity && left.text === right.text;
}
