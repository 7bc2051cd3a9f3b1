import type { Log } from "../../telemetry/Log.ts";
import type { LoadedPair } from "../pair/LoadedPair.ts";
import { type PairInfo, pairInfo } from "../pair/PairInfo.ts";
import type { InstallFault, ManagedServer, RollBack } from "../server/ManagedServer.ts";
import type { TlsFault } from "../TlsError.ts";
import type { OutputFolder } from "./OutputFolder.ts";
import type { ReloadOutcome } from "./ReloadMethod.ts";
import type { ReloadMetrics } from "./ReloadMetrics.ts";
import type { TargetProbe } from "./TargetProbe.ts";

/** Dependencies of a {@link TargetServer}. */
export interface TargetServerDeps {
  readonly folder: OutputFolder;
  /** Makes the server reload its certificate. */
  readonly reload: () => Promise<ReloadOutcome>;
  /** Undefined without a check: a triggered reload then counts as a success. */
  readonly probe: TargetProbe | undefined;
  readonly metrics: ReloadMetrics;
  readonly log: Log;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * A server in another process. A pair is written to its folder, a reload is triggered, and a probe checks what it serves.
 *
 * While the server is down, no certificate is refused. The pair in the folder stays if it served before and is within its
 * dates, because a server that is about to start can rely on it. Otherwise the new pair is written.
 */
export class TargetServer implements ManagedServer {
  readonly #deps: TargetServerDeps;

  /** The last failed reload, with the hash of its pair. */
  #failed: { readonly hash: string; readonly message: string } | undefined;

  constructor(deps: TargetServerDeps) {
    this.#deps = deps;
  }

  async install(pair: LoadedPair, info: PairInfo): Promise<InstallFault | undefined> {
    const { folder, probe } = this.#deps;
    this.#failed = undefined;
    try {
      if (await this.#servesAlready(pair)) return undefined;
      const last = await folder.lastGood();
      const isLastValid = last !== undefined && this.#deps.now() <= pairInfo(last.slot, last.pair).notAfter;
      if (probe !== undefined && !(await probe.isUp())) {
        if (!isLastValid) await folder.write(pair, info.slot);
        return {
          code: "target-down",
          message: `${probe.where}: connection refused; the reload is triggered when the server is up`,
        };
      }
      await folder.write(pair, info.slot);
      const outcome = await this.#reload();
      if (outcome.result === "triggered") return undefined;
      const isAnother = isLastValid && last.pair.hash !== pair.hash;
      if (outcome.result === "failed" && isAnother) {
        // The server may have loaded the new pair. A failed check rolls back, and then checks the previous pair.
        this.#failed = { hash: pair.hash, message: outcome.message };
        return undefined;
      }
      if (isAnother) await folder.write(last.pair, last.slot);
      // No other pair is known to work. The server may not be running: the exit code of a command does not tell.
      const fault: InstallFault = { code: "target-down", message: outcome.message };
      return outcome.result === "failed" ? { ...fault, isReloadFailed: true } : fault;
    } catch (error) {
      return writeFault(error, folder.path);
    }
  }

  async check(pair: LoadedPair): Promise<TlsFault | undefined> {
    const { probe } = this.#deps;
    if (this.#failed?.hash === pair.hash)
      return { code: "reload-failed", message: `serial ${pair.leaf.serial}: ${this.#failed.message}` };
    const fault = await probe?.faultAfterReload(pair);
    if (fault !== undefined)
      return { code: "handshake-failed", message: `serial ${pair.leaf.serial}: ${probe?.where} ${fault}` };
    await this.#markGood();
    return undefined;
  }

  async serves(pair: LoadedPair): Promise<boolean> {
    const isServed = await this.#servesAlready(pair);
    if (isServed) await this.#markGood();
    return isServed;
  }

  async rollBack(pair: LoadedPair, info: PairInfo): Promise<RollBack> {
    const { folder, probe } = this.#deps;
    try {
      await folder.write(pair, info.slot);
    } catch (error) {
      return { fault: writeFault(error, folder.path), isConfirmed: false };
    }
    const outcome = await this.#reload();
    if (outcome.result !== "triggered") return { isConfirmed: false };
    return { isConfirmed: (await probe?.faultAfterReload(pair)) === undefined };
  }

  /** The server drains its connections itself. */
  retire(): void {}

  /** The server serves the pair in the folder. If the mark cannot be written, a restarted sidecar checks again. */
  async #markGood(): Promise<void> {
    const { folder, log } = this.#deps;
    await folder.markGood().catch((error: unknown) => log.warn(writeFault(error, folder.path).message));
  }

  /** Whether the server already serves the pair, so that no reload is needed. */
  async #servesAlready(pair: LoadedPair): Promise<boolean> {
    const { folder, probe } = this.#deps;
    if ((await folder.currentHash()) !== pair.hash) return false;
    if (probe !== undefined) return (await probe.fault(pair)) === undefined;
    return (await folder.lastGoodHash()) === pair.hash;
  }

  async #reload(): Promise<ReloadOutcome> {
    const { reload, metrics, log } = this.#deps;
    const start = performance.now();
    const outcome = await reload();
    const durationMs = performance.now() - start;
    metrics.count(outcome.result, durationMs);
    if (outcome.result === "triggered")
      log.info("reload triggered", { result: outcome.result, milliseconds: Math.round(durationMs) });
    return outcome;
  }
}

function writeFault(error: unknown, path: string): TlsFault {
  const code = error instanceof Error && "code" in error ? String(error.code) : "no reason given";
  return { code: "not-written", message: `${path}: cannot be written (${code})` };
}
