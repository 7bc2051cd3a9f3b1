import type { JWK } from "jose";
import type { Gate } from "../../../src/gate/config/defineGate.ts";

/** A CA that can issue the certificate of an edge. */
export interface TrustedCa {
  /** The root, in PEM. */
  readonly root: string;
}

/** A gate behind TLS. Its CA can change while it serves. */
export interface GateEdge<Ca extends TrustedCa> {
  /** Such as https://127.0.0.1:41234, without a path. */
  readonly url: string;
  /**
   * Resolves when new connections get a chain of `ca`. Existing connections end after their current answer. With
   * `stay`, existing connections stay open.
   */
  switchTo(ca: Ca, connections?: "end" | "stay"): Promise<void>;
  /** Ends every connection. The next call makes a handshake with the current certificate. */
  dropConnections(): void | Promise<void>;
  stop(): Promise<void>;
}

/** Starts edges, and has two CAs for their certificates. */
export interface EdgeProvider<Ca extends TrustedCa> {
  readonly cas: { readonly old: Ca; readonly next: Ca };
  /** Starts an edge with a separate URL in front of a gate that signs with `signingKey`. */
  start(gate: Gate, signingKey: JWK, ca: Ca): Promise<GateEdge<Ca>>;
  /** Call it after all edges are stopped. */
  stop(): Promise<void>;
}
