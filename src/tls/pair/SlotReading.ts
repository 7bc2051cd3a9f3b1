import type { TlsFault } from "../TlsError.ts";
import type { PairInfo } from "./PairInfo.ts";

/** The content of a slot's files: a pair, a fault, or a pair that was loaded and has a fault. */
export interface SlotReading {
  readonly pair?: PairInfo;
  readonly fault?: TlsFault;
}
