/** A gate with TLS on loopback. */
export interface GateServer {
  /** Such as https://localhost:41234, without a path. */
  readonly url: string;
  /** The root of its certificate, in PEM. */
  readonly ca: string;
  /** Stops the gate. Its port refuses connections until {@link start}. */
  stop(): Promise<void>;
  /** Starts the gate again, on the same port. */
  start(): Promise<void>;
}
