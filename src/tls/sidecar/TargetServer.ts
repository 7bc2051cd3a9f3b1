import type { Log } from "../../telemetry/Log.ts";
import type { LoadedPair } from "../pair/LoadedPair.ts";
import type { PairInfo } from "../pair/PairInfo.ts";
import type { PutBack, ServingPlace } from "../server/ServingPlace.ts";
import type { TlsFault } from "../TlsError.ts";
import type { OutputFolder } from "./OutputFolder.ts";
import type { ReloadMetrics } from "./ReloadMetrics.ts";
import type { ReloadOutcome } from "./ReloadWay.ts";
import type { TargetProbe } from "./TargetProbe.ts";

/** What a {@link TargetServer} is made of. */
export interface TargetServerDeps {
  readonly folder: OutputFolder;
  /** Tells the server to read its certificate anew. */
  readonly tell: () => Promise<ReloadOutcome>;
  /** Undefined where it is not to be asked: a reload that was told is then taken to have worked. */
  readonly probe: TargetProbe | undefined;
  readonly metrics: ReloadMetrics;
  readonly log: Log;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * A server outside of this process: a pair is put into the folder that it reads, it is told to, and asked what it serves.
 *
 * While it is down, nothing is held against a certificate. Where the pair in the folder was known to serve and is in its
 * time, it stays, for a server that is about to start is better off with it; else the new one is put there.
 */
export class TargetServer implements ServingPlace {
  readonly #deps: TargetServerDeps;

  /** The last reload that failed, and of which pair. */
  #failed: { readonly hash: string; readonly message: string } | undefined;

  constructor(deps: TargetServerDeps) {
    this.#deps = deps;
  }

  async put(pair: LoadedPair, info: PairInfo): Promise<TlsFault | undefined> {
    const { folder, probe } = this.#deps;
    this.#failed = undefined;
    try {
      if (await this.#servesAlready(pair)) return undefined;
      const last = await folder.lastGood();
      const isLastOfUse = last !== undefined && this.#deps.now() <= last.pair.leaf.notAfter.getTime();
      if (probe !== undefined && !(await probe.isUp())) {
        if (!isLastOfUse) await folder.write(pair, info.slot);
        return {
          code: "target-down",
          message: `${probe.where}: nothing listens there; it is told once something does`,
        };
      }
      await folder.write(pair, info.slot);
      const outcome = await this.#tell();
      if (outcome.result === "told") return undefined;
      const isAnother = isLastOfUse && last.pair.hash !== pair.hash;
      if (outcome.result === "failed" && isAnother) {
        // It may have taken the new one all the same: the check says no, and what is put back is looked at.
        this.#failed = { hash: pair.hash, message: outcome.message };
        return undefined;
      }
      if (isAnother) await folder.write(last.pair, last.slot);
      // Where nothing else is known to work, it may be the server that is not there yet: a program's exit code does not tell.
      return { code: "target-down", message: outcome.message };
    } catch (error) {
      return unwritten(error, folder.path);
    }
  }

  async check(pair: LoadedPair): Promise<TlsFault | undefined> {
    const { folder, probe, log } = this.#deps;
    if (this.#failed?.hash === pair.hash)
      return { code: "reload-failed", message: `serial ${pair.leaf.serial}: ${this.#failed.message}` };
    const words = await probe?.faultAfterReload(pair);
    if (words !== undefined)
      return { code: "handshake-failed", message: `serial ${pair.leaf.serial}: ${probe?.where} ${words}` };
    // It serves; after a restart that would be found out again.
    await folder.markGood().catch((error: unknown) => log.warn(unwritten(error, folder.path).message));
    return undefined;
  }

  async putBack(pair: LoadedPair, info: PairInfo): Promise<PutBack> {
    const { folder, probe } = this.#deps;
    try {
      await folder.write(pair, info.slot);
    } catch (error) {
      return { fault: unwritten(error, folder.path), isProven: false };
    }
    const outcome = await this.#tell();
    if (outcome.result !== "told") return { isProven: false };
    return { isProven: (await probe?.faultAfterReload(pair)) === undefined };
  }

  /** Its connections are its own affair. */
  retire(): void {}

  /** A server that was told before, by this process or another, need not be told again. */
  async #servesAlready(pair: LoadedPair): Promise<boolean> {
    const { folder, probe } = this.#deps;
    if ((await folder.inForce()) !== pair.hash) return false;
    if (probe !== undefined) return (await probe.fault(pair)) === undefined;
    return (await folder.knownGood()) === pair.hash;
  }

  async #tell(): Promise<ReloadOutcome> {
    const { tell, metrics, log } = this.#deps;
    const began = performance.now();
    const outcome = await tell();
    const milliseconds = performance.now() - began;
    metrics.told(outcome.result, milliseconds);
    const facts = { result: outcome.result, milliseconds: Math.round(milliseconds) };
    if (outcome.result === "told") log.info("server told to reload", facts);
    return outcome;
  }
}

function unwritten(error: unknown, path: string): TlsFault {
  const code = error instanceof Error && "code" in error ? String(error.code) : "no reason given";
  return { code: "not-written", message: `${path}: cannot be written (${code})` };
}
