import { setTimeout as sleep } from "node:timers/promises";
import { hostOfPair, type LoadedPair } from "../pair/LoadedPair.ts";
import type { PairInfo } from "../pair/PairInfo.ts";
import type { TlsFault } from "../TlsError.ts";
import type { TlsOptions } from "../TlsOptions.ts";
import { checkServing } from "./checkServing.ts";
import type { ManagedServer, RollBack } from "./ManagedServer.ts";
import type { ServingCheck } from "./ServingCheck.ts";
import type { RunningServer } from "./startServer.ts";

const DRAIN_MS = 60_000;
/** Longer than the API server's longest timeout of 30 s. */
const GRACE_MS = 35_000;
const CHECK_TIMEOUT_MS = 5_000;
/** A check may fail because the process is busy. */
const CHECK_ATTEMPTS = 3;
const CHECK_PAUSE_MS = 200;

/** The part of a {@link RunningServer} that a certificate is installed in. */
export type CertificateServer = Pick<RunningServer, "port" | "loopback" | "replaceCertificate" | "retireConnections">;

/** A server of this process. It installs a pair in one step, and is checked over its own port. */
export class OwnServer implements ManagedServer {
  readonly #server: CertificateServer;
  readonly #options: TlsOptions;
  readonly #signal: AbortSignal;

  /** `signal` aborts checks. */
  constructor(server: CertificateServer, options: TlsOptions, signal: AbortSignal) {
    this.#server = server;
    this.#options = options;
    this.#signal = signal;
  }

  async install({ certPem, keyPem }: LoadedPair, { serial }: PairInfo): Promise<TlsFault | undefined> {
    try {
      this.#server.replaceCertificate({ cert: certPem, key: keyPem });
      return undefined;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "no reason given";
      return { code: "swap-failed", message: `serial ${serial}: cannot be installed (${code})` };
    }
  }

  async check(pair: LoadedPair): Promise<TlsFault | undefined> {
    const check = this.#checkOf(pair);
    let fault = await checkServing(check);
    for (let attempt = 1; fault !== undefined && attempt < CHECK_ATTEMPTS; attempt += 1) {
      await sleep(CHECK_PAUSE_MS);
      fault = await checkServing(check);
    }
    return fault;
  }

  async serves(pair: LoadedPair): Promise<boolean> {
    return (await checkServing(this.#checkOf(pair))) === undefined;
  }

  async rollBack(pair: LoadedPair, info: PairInfo): Promise<RollBack> {
    return { fault: await this.install(pair, info), isConfirmed: true };
  }

  #checkOf(pair: LoadedPair): ServingCheck {
    const { loopback: address, port } = this.#server;
    const { rules, selfTest } = this.#options;
    const host = hostOfPair(pair, rules.hosts);
    return { address, port, host, pair, selfTest, timeoutMs: CHECK_TIMEOUT_MS, signal: this.#signal };
  }

  retire(old: PairInfo): void {
    const { log, metrics, now, drainMs = DRAIN_MS } = this.#options;
    this.#server.retireConnections({
      drainMs: Math.min(drainMs, Math.max(0, old.notAfter - now())),
      graceMs: GRACE_MS,
      onDrained: (cutOff) => {
        metrics.countCutOff(cutOff);
        if (cutOff > 0) log.warn("connections of a replaced certificate were cut off", { connections: cutOff });
      },
    });
  }
}
