import type { TlsEnv } from "../readTlsEnv.ts";
import type { ReloadWay } from "./ReloadWay.ts";

/** What a sidecar does. Times in milliseconds. */
export interface SidecarOptions {
  /** Where certificates come from, and what they are held to. */
  readonly env: TlsEnv;
  readonly out: string;
  readonly keyMode: number;
  /** Undefined with `once`. */
  readonly way: ReloadWay | undefined;
  readonly reloadTimeoutMs: number;
  readonly check:
    | { readonly host: string; readonly port: number; readonly name?: string | undefined; readonly withinMs: number }
    | undefined;
  /** Writes the pair and ends. */
  readonly once: boolean;
  readonly metricsPort: number | undefined;
}
