import { loadSlots } from "../pair/loadSlots.ts";
import { type ChosenPair, initialPair } from "../rotation/initialPair.ts";
import type { TlsOptions } from "../TlsOptions.ts";
import type { OutputFolder } from "./OutputFolder.ts";

/**
 * Writes the pair that a server is to begin with, and tells nobody. Throws TlsError where neither certificate can be served,
 * with the folder as it was.
 */
export async function writeFirstPair(folder: OutputFolder, options: TlsOptions): Promise<ChosenPair> {
  const first = initialPair(await loadSlots(options), options);
  await folder.write(first.pair, first.info.slot);
  return first;
}
