import type { LoadedPair } from "../pair/LoadedPair.ts";
import type { PairInfo } from "../pair/PairInfo.ts";
import type { TlsFault } from "../TlsError.ts";

/** Result of a roll-back. */
export interface RollBack {
  /** Why the previous pair could not be installed. The new pair then stays. */
  readonly fault?: TlsFault | undefined;
  /** Whether the previous pair is known to serve. */
  readonly isConfirmed: boolean;
}

/** Why a pair was not installed. */
export interface InstallFault extends TlsFault {
  /** Whether the server was told to reload, which failed. Absent when it was not told. */
  readonly isReloadFailed?: boolean;
}

/** A server whose certificate is managed: this process, or another server that can be made to reload. No method throws. */
export interface ManagedServer {
  /** Installs a pair. After a fault the previous pair stays; see `isTransient`. */
  install(pair: LoadedPair, info: PairInfo): Promise<InstallFault | undefined>;
  /** Checks that the server serves the pair. */
  check(pair: LoadedPair): Promise<TlsFault | undefined>;
  /** Whether the server serves the pair by now. Asks once, and changes nothing. */
  serves(pair: LoadedPair): Promise<boolean>;
  /** Installs the previous pair again. */
  rollBack(pair: LoadedPair, info: PairInfo): Promise<RollBack>;
  /** Drains the connections of a replaced pair. */
  retire(old: PairInfo): void;
}
