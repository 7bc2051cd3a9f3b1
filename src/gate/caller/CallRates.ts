/**
 * Limits the calls of clusters and addresses. Results are 0, or the whole seconds after which the caller may try again.
 *
 * Refused calls of an address are counted together, and those of one `scope` once more on their own: see {@link RefusedCalls}.
 */
export interface CallRates {
  /** Takes one call of a cluster. */
  takeCluster(cluster: string): number | Promise<number>;
  /** Takes one refused call of the client of a request, of all its calls or of those of a scope. */
  takeRefused(request: Request, scope?: string): number | Promise<number>;
  /** Whether the client of a request has made too many refused calls, of all or of a scope. Takes none. */
  waitOf(request: Request, scope?: string): number | Promise<number>;
}
