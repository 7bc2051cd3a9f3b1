import type { JWK } from "jose";
import type { Gate } from "../../src/gate/config/defineGate.ts";

/** A CA that an edge can have its certificate from. */
export interface TrustedCa {
  /** The root, in PEM. */
  readonly root: string;
}

/** A gate behind TLS that a CA is chosen for while it serves. */
export interface GateEdge<Ca extends TrustedCa> {
  /** Such as https://127.0.0.1:41234, without a path. */
  readonly url: string;
  /**
   * Resolves when new connections get a chain of that CA. Those from before end when what was asked on them is answered;
   * with `stay` they are left alone, and go on as they were for as long as both sides like.
   */
  switchTo(ca: Ca, connections?: "end" | "stay"): Promise<void>;
  /** Ends every connection, so that whoever calls next shakes hands with what is served now. */
  dropConnections(): void | Promise<void>;
  stop(): Promise<void>;
}

/** Who runs edges, with two CAs to have certificates from. */
export interface EdgeProvider<Ca extends TrustedCa> {
  readonly cas: { readonly old: Ca; readonly next: Ca };
  /** An edge with a URL of its own in front of a gate that signs with `signingKey`. */
  start(gate: Gate, signingKey: JWK, ca: Ca): Promise<GateEdge<Ca>>;
  /** Its edges are stopped before. */
  stop(): Promise<void>;
}
