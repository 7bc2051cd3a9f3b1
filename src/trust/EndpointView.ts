import type { Certificate } from "./x509/Certificate.ts";

/** A chain that an address served, or why one of its handshakes served none. */
export type Handshake =
  | { readonly address: string; readonly chain: readonly Certificate[] }
  | { readonly address: string; readonly fault: string };

/** An endpoint and what each of its addresses serves. */
export interface EndpointView {
  /** The base URL of the gate. */
  readonly base: string;
  /** Empty when the host name did not resolve; then `fault` says why. */
  readonly handshakes: readonly Handshake[];
  readonly fault?: string;
}

/** The chains that an endpoint serves. */
export function servedChains({ handshakes }: EndpointView): (readonly Certificate[])[] {
  return handshakes.flatMap((handshake) => ("chain" in handshake ? [handshake.chain] : []));
}
