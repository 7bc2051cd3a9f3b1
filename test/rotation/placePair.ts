import type { PairFolder } from "../tls/PairFolder.ts";
import type { SerialPair } from "./CertificateSeries.ts";

/** Three of each, so that both types of key occur in all four transitions between volume and files. */
const TURNS = ["volume", "volume", "volume", "files", "files", "files"] as const;

/** Writes the pair with this index, as a Secret volume or as plain files. */
export function placePair(folder: PairFolder, index: number, { cert, key }: SerialPair): void {
  if (TURNS[index % TURNS.length] === "files") folder.renameFiles("main", { cert, key });
  else folder.swapVolume("main", { "tls.crt": cert, "tls.key": key });
}
