import type { Certificate } from "../../trust/x509/Certificate.ts";
import { TlsError, type TlsFault } from "../TlsError.ts";
import type { TlsOptions } from "../TlsOptions.ts";
import type { LoadedPair } from "./LoadedPair.ts";
import { loadPair } from "./loadPair.ts";
import { RootsFile } from "./RootsFile.ts";
import { readPemFile } from "./readPemFile.ts";
import { SLOTS, type Slot } from "./Slot.ts";

/** Content of all files. */
export interface LoadedSlots {
  /** A slot that is not configured is absent. */
  readonly slots: Readonly<Partial<Record<Slot, LoadedPair | TlsFault>>>;
  /** Content of the renewing file. Empty without one. */
  readonly renewal: string;
  /** The roots of `caFile`; undefined without one. */
  readonly roots: readonly Certificate[] | undefined;
  /** Keeps the last good roots from one read to the next. */
  readonly rootsFile: RootsFile | undefined;
}

/**
 * Reads all files that the rotation depends on. An unchanged pair is the same object as in `before`. Throws TlsError or
 * TrustError only on the first read, when the roots of `caFile` cannot be read.
 */
export async function loadSlots(
  { main, standby, renewingFile, caFile, log }: TlsOptions,
  before?: LoadedSlots,
): Promise<LoadedSlots> {
  const paths = { main, standby };
  const slots: Partial<Record<Slot, LoadedPair | TlsFault>> = {};
  for (const slot of SLOTS) {
    const pair = paths[slot];
    if (pair === undefined) continue;
    const known = before?.slots[slot];
    slots[slot] = await loadPair(pair, isPair(known) ? known : undefined).catch(asFault);
  }
  const renewal =
    renewingFile === undefined
      ? ""
      : // Not PEM, but read with the same limits: bounded, and without waiting for a pipe.
        await readPemFile(renewingFile, "revision").then(
          ({ text }) => text.slice(0, 256),
          () => "",
        );
  const rootsFile = before?.rootsFile ?? (caFile === undefined ? undefined : new RootsFile(caFile, log));
  return { slots, renewal, roots: await rootsFile?.read(), rootsFile };
}

/** Whether a slot holds a pair. */
export function isPair(loaded: LoadedPair | TlsFault | undefined): loaded is LoadedPair {
  return loaded !== undefined && "chain" in loaded;
}

function asFault(error: unknown): TlsFault {
  if (error instanceof TlsError) return { code: error.code, message: error.message };
  // A bug must not stop serving. Its text may contain a secret, so that only its kind is reported.
  return {
    code: "unreadable",
    message: `the certificate cannot be read (${error instanceof Error ? error.name : "error"})`,
  };
}
