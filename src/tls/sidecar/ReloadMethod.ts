/** How another server is made to reload its certificate. */
export type ReloadMethod =
  /** Runs a program with its arguments, without a shell. */
  | { readonly kind: "command"; readonly argv: readonly [string, ...string[]] }
  /** Sends a signal to the process whose ID is in a file. The file is read each time. */
  | { readonly kind: "signal"; readonly signal: ReloadSignal; readonly pidFile: string }
  /** Sends a POST request. */
  | { readonly kind: "url"; readonly url: URL };

/** Signals that servers use to reload their configuration. None of them ends a common server. */
export const RELOAD_SIGNALS = ["SIGHUP", "SIGUSR1", "SIGUSR2"] as const;
export type ReloadSignal = (typeof RELOAD_SIGNALS)[number];

/** Result of a reload. `down`: the server is not running. `failed`: the reload failed or timed out. */
export type ReloadOutcome =
  | { readonly result: "triggered" }
  | { readonly result: "down" | "failed"; readonly message: string };

/** Limits and dependencies of a reload. */
export interface ReloadDeps {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
}
