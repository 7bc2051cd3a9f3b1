/** An http/1.1 connection. */
export interface TrackedSocket {
  calls: number;
  /** By the clock of `performance.now()`. */
  quietSince: number;
}
