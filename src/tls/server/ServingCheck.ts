import type { LoadedPair } from "../pair/LoadedPair.ts";

/** A request that checks the whole server, and the judgment of its answer. */
export interface ServerSelfTest {
  readonly path: string;
  /** JSON for a POST. Without it, the request is a GET. */
  readonly body?: string;
  /** What is wrong with an answer; undefined for a good answer. */
  readonly judge: (status: number, text: string) => string | undefined;
}

/** A check of a server by its own process. */
export interface ServingCheck {
  /** A local IP address. */
  readonly address: string;
  readonly port: number;
  /** For SNI. */
  readonly host: string;
  readonly pair: LoadedPair;
  readonly selfTest: ServerSelfTest | undefined;
  /** The limit for each handshake and for the request. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}
