import type { Certificate } from "../../trust/x509/Certificate.ts";
import { SLOTS, type Slot } from "../rotation/chooseCertificate.ts";
import { TlsError, type TlsFault } from "../TlsError.ts";
import type { TlsOptions } from "../TlsOptions.ts";
import type { LoadedPair } from "./LoadedPair.ts";
import { loadPair } from "./loadPair.ts";
import { readPemFile } from "./readPemFile.ts";

/** What the files of each slot hold; a slot without files is left out. */
export interface LoadedSlots {
  readonly slots: Readonly<Partial<Record<Slot, LoadedPair | TlsFault>>>;
  /** What the file that tells of renewals says; empty where there is none. */
  readonly renewal: string;
  /** Those of the file of roots, where there is one. */
  readonly roots: readonly Certificate[] | undefined;
}

/** Reads everything that the rotation goes by; what is as it was `before` is the same object. Throws only where there never were roots, which is at the start. */
export async function loadSlots(
  { main, standby, renewingFile, rootsFile }: TlsOptions,
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
      : // No PEM, but read with the same care: bounded, and no pipe waited for.
        await readPemFile(renewingFile, "revision").then(
          ({ text }) => text.slice(0, 256),
          () => "",
        );
  return { slots, renewal, roots: await rootsFile?.read() };
}

/** Whether a slot holds a pair. */
export function isPair(loaded: LoadedPair | TlsFault | undefined): loaded is LoadedPair {
  return loaded !== undefined && "chain" in loaded;
}

function asFault(error: unknown): TlsFault {
  if (error instanceof TlsError) return { code: error.code, message: error.message };
  // A bug of ours is no reason to stop serving; its kind is said, its text may hold anything.
  return {
    code: "unreadable",
    message: `the certificate cannot be read (${error instanceof Error ? error.name : "error"})`,
  };
}
