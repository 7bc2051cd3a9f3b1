import type { LoadedPair } from "../pair/LoadedPair.ts";
import type { ServerSelfTest } from "./ServerSelfTest.ts";
/** A server to be asked by its own process. */
export interface ServingCheck {
  /** Of the machine itself. */
  readonly address: string;
  readonly port: number;
  /** For SNI. */
  readonly host: string;
  readonly pair: LoadedPair;
  readonly selfTest: ServerSelfTest | undefined;
  /** For each handshake and call, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}
