import type { LoadedPair } from "../pair/LoadedPair.ts";
import type { PairInfo } from "../pair/PairInfo.ts";
import type { TlsFault } from "../TlsError.ts";

/** How it went to put a pair back. */
export interface PutBack {
  /** It could not be: the other one stays. */
  readonly fault?: TlsFault | undefined;
  /** Whether it is known to serve. */
  readonly isProven: boolean;
}

/** Where a certificate serves: a server in this process, or another one that can be told to read it anew. Nothing here throws. */
export interface ServingPlace {
  /** Puts a pair in place. A fault says that the one before stays in place; see isTransient. */
  put(pair: LoadedPair, info: PairInfo): Promise<TlsFault | undefined>;
  /** Whether the pair really serves. */
  check(pair: LoadedPair): Promise<TlsFault | undefined>;
  /** Puts the pair back that served before. */
  putBack(pair: LoadedPair, info: PairInfo): Promise<PutBack>;
  /** Lets go of what the old pair has left behind. */
  retire(old: PairInfo): void;
}
