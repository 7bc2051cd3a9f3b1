/** How another server is told to read its certificate anew. */
export type ReloadWay =
  /** A program with its arguments, without a shell. */
  | { readonly kind: "command"; readonly argv: readonly [string, ...string[]] }
  /** A signal to the process whose number is in a file, read each time. */
  | { readonly kind: "signal"; readonly signal: ReloadSignal; readonly pidFile: string }
  /** A POST. */
  | { readonly kind: "url"; readonly url: URL };

/** Signals by which servers are told to read their configuration anew: not such as end one. */
export const RELOAD_SIGNALS = ["SIGHUP", "SIGUSR1", "SIGUSR2"] as const;
export type ReloadSignal = (typeof RELOAD_SIGNALS)[number];

/** What became of it. `down`: nobody was there to be told. `failed`: it was told, and did not do it, or not in time. */
export type ReloadOutcome =
  | { readonly result: "told" }
  | { readonly result: "down" | "failed"; readonly message: string };

/** How telling a server is done. */
export interface ReloadDeps {
  /** In milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
}
