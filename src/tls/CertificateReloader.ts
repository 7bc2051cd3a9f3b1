import { dirname } from "node:path";
import { checkStart } from "./checkStart.ts";
import type { ChosenPair } from "./initialPairs.ts";
import { type LastServed, type LoadedStart, loadStart } from "./loadStart.ts";
import type { LoadedPair } from "./pair/LoadedPair.ts";
import { isPair, type LoadedSlots, loadSlots } from "./pair/loadSlots.ts";
import type { PairInfo } from "./pair/PairInfo.ts";
import { verifySlots } from "./pair/verifySlots.ts";
import { RotationTriggers } from "./RotationTriggers.ts";
import { reportRotation } from "./reportRotation.ts";
import { failedWork } from "./rotation/failedWork.ts";
import { followRenewal, type RenewalMemory } from "./rotation/followRenewal.ts";
import {
  initialRotation,
  type RotationEffect,
  type RotationReadings,
  type RotationState,
  type UntimedEvent,
} from "./rotation/Rotation.ts";
import { rotate } from "./rotation/rotate.ts";
import type { InstallFault, ManagedServer, RollBack } from "./server/ManagedServer.ts";
import { type CertificateServer, OwnServer } from "./server/OwnServer.ts";
import type { KeyPair } from "./server/startServer.ts";
import type { TlsFault } from "./TlsError.ts";
import type { TlsOptions } from "./TlsOptions.ts";
import { type TlsStatus, tlsStatus } from "./TlsStatus.ts";

const POLL_MS = 10_000;

/**
 * Keeps the certificate of a server in step with its files. It carries out the effects of `rotate`. The last good pair stays
 * in service while new files have a fault.
 */
export class CertificateReloader {
  readonly #options: TlsOptions;
  readonly #stop = new AbortController();
  /** The serving, previous and candidate pairs by hash. Others are dropped, because pairs contain keys. */
  readonly #pairs = new Map<string, LoadedPair>();
  #state: RotationState;
  #loaded: LoadedSlots;
  /** For the start: the serving pair, and the others that can be served. */
  #choices: readonly ChosenPair[];
  #renewal: RenewalMemory | undefined;
  #server: ManagedServer | undefined;
  #triggers: RotationTriggers | undefined;
  /** Callers of {@link settled}. */
  readonly #waiting: (() => void)[] = [];
  /** Resolves when the folders are watched and the first read has been triggered. */
  #watching: Promise<void> | undefined;

  private constructor(options: TlsOptions, { loaded, pairs }: LoadedStart, isConfirmed: boolean) {
    const [{ info, pair }] = pairs;
    this.#options = options;
    this.#loaded = loaded;
    this.#choices = pairs;
    this.#state = initialRotation(info, performance.now(), isConfirmed);
    this.#pairs.set(info.hash, pair);
  }

  /**
   * Loads the first pair. `outside` is for a server in another process: the pair that it served last, when known. The first
   * rotation then checks what it serves. Throws {@link TlsError} with the fault of the main certificate when no pair can be
   * served, and TrustError when `caFile` cannot be parsed.
   */
  static async load(
    options: TlsOptions,
    outside?: { readonly last: LastServed | undefined },
  ): Promise<CertificateReloader> {
    const start = await loadStart(options, outside?.last);
    options.metrics.setServing(start.pairs[0].info);
    return new CertificateReloader(options, start, outside === undefined);
  }

  /** The serving pair. */
  get pair(): KeyPair {
    const pair = this.#pairs.get(this.#state.serving.hash);
    if (pair === undefined) throw new Error("the serving pair is not in memory");
    return { cert: pair.certPem, key: pair.keyPem };
  }

  /** State of the rotation. */
  get state(): RotationState {
    return this.#state;
  }

  /** Whether the serving certificate is within its dates, and the current faults of the files. */
  status(): TlsStatus {
    return tlsStatus(this.#state, this.#options.now());
  }

  /** Aborted by {@link stop}. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /**
   * Manages a server of this process that was started with {@link pair}, until {@link stop}. Checks it first, as after a
   * swap. Rejects with {@link TlsError} when no pair passes.
   */
  attach(server: CertificateServer): Promise<void> {
    this.#watching = this.#start(new OwnServer(server, this.#options, this.signal));
    return this.#watching;
  }

  async #start(server: ManagedServer): Promise<void> {
    const { chosen, rejected } = await checkStart(server, this.#choices);
    this.#choices = [];
    this.#state = { ...initialRotation(chosen.info, performance.now()), rejected };
    this.#pairs.clear();
    this.#pairs.set(chosen.info.hash, chosen.pair);
    if (!this.signal.aborted) this.manage(server);
    await this.#watching;
  }

  /** Manages a server until {@link stop}. */
  manage(server: ManagedServer): void {
    this.#server = server;
    const { main, standby, renewingFile, pollMs = POLL_MS, now } = this.#options;
    const files = [main.cert, main.key, standby?.cert, standby?.key, renewingFile].filter((it) => it !== undefined);
    this.#triggers = new RotationTriggers({ folders: files.map(dirname), pollMs, now }, (event) =>
      this.#dispatch(event),
    );
    this.#watching = this.#triggers.start(this.#state);
  }

  /** Reads the files now, as a poll does. */
  poll(): void {
    this.#dispatch({ type: "trigger", cause: "poll" });
  }

  /** Resolves when no rotation is active or queued, or after {@link stop}. */
  async settled(): Promise<void> {
    await this.#watching;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#resolveSettled();
    });
  }

  /** Ends all watching. The server keeps its current certificate. */
  stop(): void {
    this.#stop.abort();
    this.#triggers?.stop();
    this.#resolveSettled();
  }

  #resolveSettled(): void {
    const { phase, queued } = this.#state;
    if ((phase === "steady" && queued === undefined) || this.#stop.signal.aborted)
      for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #dispatch(event: UntimedEvent): void {
    if (this.#stop.signal.aborted) return;
    const { state, effects } = rotate(this.#state, { ...event, at: performance.now(), now: this.#options.now() });
    this.#state = state;
    this.#triggers?.plan(state);
    for (const effect of effects) {
      reportRotation(effect, this.#options);
      void this.#carryOut(effect);
    }
    // An effect may already have been answered, which changes the state.
    const { serving, previous, candidate } = this.#state;
    const kept = [serving, previous, candidate].map((it) => it?.hash);
    for (const hash of this.#pairs.keys()) if (!kept.includes(hash)) this.#pairs.delete(hash);
    this.#options.metrics.setServing(serving);
    this.#resolveSettled();
  }

  /** Does the work of an effect, and dispatches the event that answers it. Never rejects. */
  async #carryOut(effect: RotationEffect): Promise<void> {
    const answer = await this.#work(effect).catch((error: unknown) => {
      this.#options.log.error("a step of the certificate rotation failed", { step: effect.type, error });
      return failedWork(effect);
    });
    if (answer !== undefined) this.#dispatch(answer);
  }

  async #work(effect: RotationEffect): Promise<UntimedEvent | undefined> {
    switch (effect.type) {
      case "preload":
        this.#loaded = await loadSlots(this.#options, this.#loaded);
        return { type: "preloaded" };
      case "verify":
        return { type: "verified", ...this.#readings() };
      case "swap": {
        const fault = await this.#swap(effect.pair);
        return { type: "swapped", fault, isReloadFailed: fault?.isReloadFailed === true };
      }
      case "check": {
        const pair = this.#pairs.get(effect.pair.hash);
        return { type: "checked", fault: pair === undefined ? undefined : await this.#server?.check(pair) };
      }
      case "look": {
        const pair = this.#pairs.get(effect.pair.hash);
        return { type: "looked", isServed: pair !== undefined && (await this.#server?.serves(pair)) === true };
      }
      case "clean-up":
        this.#server?.retire(effect.old);
        return { type: "cleaned-up" };
      case "roll-back": {
        const outcome = await this.#rollBack(effect.pair);
        this.#server?.retire(this.#state.candidate ?? effect.pair);
        return { type: "rolled-back", ...outcome };
      }
      case "phase-ended":
      case "rotated":
      case "fault":
      case "recovered":
      case "not-taken-back":
        return undefined;
    }
  }

  #readings(): RotationReadings {
    const { main } = this.#loaded.slots;
    const { memory, renewing } = followRenewal(this.#renewal, {
      content: this.#loaded.renewal,
      hash: isPair(main) ? main.hash : undefined,
      now: this.#options.now(),
    });
    this.#renewal = memory;
    return {
      slots: verifySlots(this.#loaded, this.#options),
      renewing,
      allowOlder: this.#options.allowOlder === true,
    };
  }

  async #swap(info: PairInfo): Promise<InstallFault | undefined> {
    const loaded = this.#loaded.slots[info.slot];
    const pair = this.#pairs.get(info.hash) ?? (isPair(loaded) ? loaded : undefined);
    if (pair === undefined || pair.hash !== info.hash) return notInMemory(info);
    this.#pairs.set(info.hash, pair);
    return this.#server?.install(pair, info);
  }

  async #rollBack(info: PairInfo): Promise<RollBack> {
    const pair = this.#pairs.get(info.hash);
    if (pair !== undefined && this.#server !== undefined) return this.#server.rollBack(pair, info);
    return { fault: notInMemory(info), isConfirmed: false };
  }
}

function notInMemory({ serial }: PairInfo): TlsFault {
  return { code: "swap-failed", message: `serial ${serial}: the pair is not in memory` };
}
