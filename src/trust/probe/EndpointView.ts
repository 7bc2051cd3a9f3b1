import type { Certificate } from "../x509/Certificate.ts";

/** The result of one handshake with one address of an endpoint. */
export type Handshake =
  | { readonly address: string; readonly chain: readonly Certificate[] }
  | { readonly address: string; readonly fault: string };

/** An endpoint and what each of its addresses serves. */
export interface EndpointView {
  /** The URL below which the gate is served. */
  readonly base: string;
  /** None where the name did not resolve; `fault` then says why. */
  readonly handshakes: readonly Handshake[];
  readonly fault?: string;
}

/** The chains that an endpoint serves. */
export function servedChains({ handshakes }: EndpointView): (readonly Certificate[])[] {
  return handshakes.flatMap((handshake) => ("chain" in handshake ? [handshake.chain] : []));
}
