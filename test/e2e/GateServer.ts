/** A gate that serves over TLS on loopback. */
export interface GateServer {
  /** Such as https://localhost:41234, without a path. */
  readonly url: string;
  /** What its certificate is verified with, in PEM. */
  readonly ca: string;
  /** The gate is gone until {@link start}: its port refuses connections. */
  stop(): Promise<void>;
  /** On the same port as before. */
  start(): Promise<void>;
}
