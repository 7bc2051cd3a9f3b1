/** Limits the calls of clusters and addresses. Results are 0, or the whole seconds after which the caller may try again. */
export interface CallRates {
  /** Takes one call of a cluster. */
  takeCluster(cluster: string): number | Promise<number>;
  /** Takes one refused call of the client of a request. */
  takeRefused(request: Request): void | Promise<void>;
  /** Whether the client of a request has made too many refused calls. Takes none. */
  waitOf(request: Request): number | Promise<number>;
}
