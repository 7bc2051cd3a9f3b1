import type { PairFolder } from "../tls/PairFolder.ts";
import type { SerialPair } from "./CertificateSeries.ts";

/** Three of each in turn, so that both kinds of key come by each of the four ways: volume or files, after volume or files. */
const TURNS = ["volume", "volume", "volume", "files", "files", "files"] as const;

/** Puts the certificate with this number in place: as a Secret's volume by its `..data`, or as plain files by renames. */
export function placePair(folder: PairFolder, index: number, { cert, key }: SerialPair): void {
  if (TURNS[index % TURNS.length] === "files") folder.renameFiles("main", { cert, key });
  else folder.swapVolume("main", { "tls.crt": cert, "tls.key": key });
}
