import type { PairFolder } from "../tls/PairFolder.ts";
import type { SerialPair } from "./CertificateSeries.ts";

/** Three of each, so that both types of key occur in all four transitions between volume and files. */
const TURNS = ["volume", "volume", "volume", "files", "files", "files"] as const;

/** Whether the pair with this index is written as plain files. */
export function arePlainFiles(index: number): boolean {
  return TURNS[index % TURNS.length] === "files";
}

/** Writes the pair with this index, as a Secret volume or as plain files. */
export function placePair(folder: PairFolder, index: number, { cert, key }: SerialPair): void {
  if (arePlainFiles(index)) folder.renameFiles("main", { cert, key });
  else folder.swapVolume("main", { "tls.crt": cert, "tls.key": key });
}
