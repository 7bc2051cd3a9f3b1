import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TlsError } from "../TlsError.ts";
import { type PemFile, readPemFile } from "./readPemFile.ts";

/** Where a certificate chain and its key are. */
export interface PairPaths {
  /** PEM, leaf first. */
  readonly cert: string;
  /** PEM, not encrypted. */
  readonly key: string;
}

/** Files that were there together at one moment. */
export interface PairSnapshot {
  readonly cert: PemFile;
  readonly key: PemFile;
  /** `ca.crt` of the same Secret, where there is one: cert-manager puts the issuer there. */
  readonly ca: PemFile | undefined;
  /** They lie in a volume of the kubelet's, whose modes are the Pod's business. */
  readonly isVolume: boolean;
}

/** A volume's link to the folder that is in force: Kubernetes' AtomicWriter puts another in its place in one step. */
const DATA = "..data";
const ATTEMPTS = 5;
const PAUSE_MS = 20;

/**
 * Reads certificate and key as they were at one moment. In a Secret's volume both come out of the one folder that `..data`
 * led to; other files are read again until they are the same before and after. Throws {@link TlsError}.
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
      // The folder, or a file, may have been replaced while it was read; anything else does not pass so soon.
      if (!(error instanceof TlsError) || error.code !== "missing") throw error;
    }
  }
  throw (
    last ?? new TlsError({ code: "unsteady", message: `${paths.cert}, ${paths.key}: changed while they were read` })
  );
}

async function dataFolder({ cert, key }: PairPaths): Promise<string | undefined> {
  const folder = dirname(cert);
  if (dirname(key) !== folder) return undefined;
  const link = join(folder, DATA);
  try {
    return (await lstat(link)).isSymbolicLink() ? await realpath(link) : undefined;
  } catch {
    // Read as plain files, which names what is wrong.
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
    // The name that the user gave; the folder's own has a time in it, and each would be a new fault.
    if (error instanceof TlsError)
      throw new TlsError({ code: error.code, message: error.message.replace(data, dirname(paths.cert)) }, error);
    throw error;
  }
}

function readBoth({ cert, key }: PairPaths): Promise<[PemFile, PemFile]> {
  return Promise.all([readPemFile(cert, "certificate"), readPemFile(key, "private key")]);
}

function isSame(left: PemFile, right: PemFile): boolean {
  return left.identity === right.identity && left.text === right.text;
}
