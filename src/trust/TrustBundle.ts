import type { Certificate } from "./x509/Certificate.ts";

/** The PEM roots of a `caBundle`, read. */
export interface TrustBundle {
  /** In the file's order, duplicates included. At least one. */
  readonly certificates: readonly Certificate[];
}
