import type { ChainReport } from "../../../src/records/chain/verify/ChainReport.ts";
import { type VerifyOptions, verifyChain } from "../../../src/records/chain/verifyChain.ts";
import { textLines } from "../../../src/records/stores/textLines.ts";

/** Verifies a text as the lines of a file `f` of the cluster `production`. */
export function verifyText(
  text: string | Uint8Array,
  options: Omit<VerifyOptions, "cluster"> & { readonly cluster?: string },
): Promise<ChainReport> {
  return verifyChain(textLines(inChunks(Buffer.from(text)), "f"), { cluster: "production", ...options });
}

/** Bytes in chunks, as a file is read. */
export async function* inChunks(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}
