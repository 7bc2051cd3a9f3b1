import { dirname } from "node:path";
import type { LoadedPair } from "./pair/LoadedPair.ts";
import { isPair, type LoadedSlots, loadSlots } from "./pair/loadSlots.ts";
import { type PairInfo, pairInfo } from "./pair/PairInfo.ts";
import { slotReadings } from "./pair/slotReadings.ts";
import { RotationTriggers } from "./RotationTriggers.ts";
import { reportRotation } from "./reportRotation.ts";
import { SLOTS, type Slot } from "./rotation/chooseCertificate.ts";
import { followRenewal, type RenewalMemory } from "./rotation/followRenewal.ts";
import { type ChosenPair, initialPair } from "./rotation/initialPair.ts";
import type { RotationEffect } from "./rotation/RotationEffect.ts";
import type { RotationEvent, RotationReadings, RotationTime } from "./rotation/RotationEvent.ts";
import { initialRotation, type RotationState } from "./rotation/RotationState.ts";
import { rotate } from "./rotation/rotate.ts";
import { type CertificateServer, OwnServer } from "./server/OwnServer.ts";
import type { PutBack, ServingPlace } from "./server/ServingPlace.ts";
import type { KeyPair } from "./server/startServer.ts";
import type { TlsFault } from "./TlsError.ts";
import type { TlsOptions } from "./TlsOptions.ts";
import { type TlsStatus, tlsStatus } from "./TlsStatus.ts";

const POLL_MS = 10_000;

/** What served before this process began, and may still. */
export interface LastServed {
  readonly pair: LoadedPair;
  /** Where it came from. */
  readonly slot: Slot;
}

type Unstamped = RotationEvent extends infer Event
  ? Event extends RotationTime
    ? Omit<Event, keyof RotationTime>
    : never
  : never;

/**
 * Keeps a server's certificate in step with its files: carries out what `rotate` decides. Whatever is wrong with new files,
 * the last good pair serves on.
 */
export class CertificateReloader {
  readonly #options: TlsOptions;
  readonly #stop = new AbortController();
  /** Pairs that serve, have served, or are about to, by hash; and no others, for they hold keys. */
  readonly #pairs = new Map<string, LoadedPair>();
  #state: RotationState;
  #loaded: LoadedSlots;
  #renewal: RenewalMemory | undefined;
  #place: ServingPlace | undefined;
  #triggers: RotationTriggers | undefined;
  /** Called, and forgotten, as soon as nothing is under way. */
  readonly #awaiting: (() => void)[] = [];
  /** Resolves once the folders are watched, and the first look is asked for. */
  #watching: Promise<void> | undefined;

  private constructor(options: TlsOptions, loaded: LoadedSlots, { info, pair }: ChosenPair, isProven: boolean) {
    this.#options = options;
    this.#loaded = loaded;
    this.#state = initialRotation(info, performance.now(), isProven);
    this.#pairs.set(info.hash, pair);
  }

  /**
   * Loads what is to serve first. `outside` is for a server that is not this process: what it served last, where that is
   * known; whether it does is found out. Throws {@link TlsError}, with the main certificate's fault, when there is nothing.
   */
  static async load(
    options: TlsOptions,
    outside?: { readonly last: LastServed | undefined },
  ): Promise<CertificateReloader> {
    const loaded = await loadSlots(options);
    const last = outside?.last;
    const first: ChosenPair =
      last === undefined ? initialPair(loaded, options) : { pair: last.pair, info: pairInfo(last.slot, last.pair) };
    for (const slot of SLOTS) {
      const it = loaded.slots[slot];
      if (isPair(it)) for (const warning of it.warnings) options.log.warn("a certificate's key", { slot, warning });
    }
    options.metrics.serves(first.info);
    return new CertificateReloader(options, loaded, first, outside === undefined);
  }

  /** What serves now, in memory. */
  get pair(): KeyPair {
    const pair = this.#pairs.get(this.#state.serving.hash);
    if (pair === undefined) throw new Error("the pair that serves is not there");
    return { cert: pair.certPem, key: pair.keyPem };
  }

  /** Where the rotation is. */
  get state(): RotationState {
    return this.#state;
  }

  /** Whether what serves is in its time, and what stands against the files. */
  status(): TlsStatus {
    return tlsStatus(this.#state, this.#options.now());
  }

  /** Called off by {@link stop}. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Looks after a server of this process that was started with {@link pair}, from now until {@link stop}. */
  attach(server: CertificateServer): void {
    this.attachTo(new OwnServer(server, this.#options, this.signal));
  }

  /** Looks after what serves at a place, from now until {@link stop}. */
  attachTo(place: ServingPlace): void {
    this.#place = place;
    const { main, standby, renewingFile, pollMs = POLL_MS, now } = this.#options;
    const files = [main.cert, main.key, standby?.cert, standby?.key, renewingFile].filter((it) => it !== undefined);
    this.#triggers = new RotationTriggers({ folders: files.map(dirname), pollMs, now }, (event) =>
      this.#dispatch(event),
    );
    this.#watching = this.#triggers.start(this.#state);
  }

  /** Looks at the files now, as a poll would. */
  look(): void {
    this.#dispatch({ type: "trigger", cause: "poll" });
  }

  /** Resolves once all that it was told to do is done, and nothing waits behind it; or after {@link stop}. */
  async settled(): Promise<void> {
    await this.#watching;
    await new Promise<void>((resolve) => {
      this.#awaiting.push(resolve);
      this.#tellSettled();
    });
  }

  /** Ends the watch; the server goes on with what it has. */
  stop(): void {
    this.#stop.abort();
    this.#triggers?.stop();
    this.#tellSettled();
  }

  #tellSettled(): void {
    const { phase, queued } = this.#state;
    if ((phase === "steady" && queued === undefined) || this.#stop.signal.aborted)
      for (const tell of this.#awaiting.splice(0)) tell();
  }

  #dispatch(event: Unstamped): void {
    if (this.#stop.signal.aborted) return;
    const { state, effects } = rotate(this.#state, { ...event, at: performance.now(), now: this.#options.now() });
    this.#state = state;
    this.#triggers?.plan(state);
    for (const effect of effects) {
      reportRotation(effect, this.#options);
      void this.#carryOut(effect);
    }
    // Effects may have been answered by now.
    const { serving, previous, candidate } = this.#state;
    const kept = [serving, previous, candidate].map((it) => it?.hash);
    for (const hash of this.#pairs.keys()) if (!kept.includes(hash)) this.#pairs.delete(hash);
    this.#options.metrics.serves(serving);
    this.#tellSettled();
  }

  /** Work, and the event that answers it. */
  async #carryOut(effect: RotationEffect): Promise<void> {
    switch (effect.type) {
      case "preload":
        this.#loaded = await loadSlots(this.#options, this.#loaded);
        return this.#dispatch({ type: "preloaded" });
      case "verify":
        return this.#dispatch({ type: "verified", ...this.#readings() });
      case "swap":
        return this.#dispatch({ type: "swapped", fault: await this.#swap(effect.pair) });
      case "check": {
        const pair = this.#pairs.get(effect.pair.hash);
        const fault = pair === undefined ? undefined : await this.#place?.check(pair);
        return this.#dispatch({ type: "checked", fault });
      }
      case "clean-up":
        this.#place?.retire(effect.old);
        return this.#dispatch({ type: "cleaned-up" });
      case "roll-back": {
        const outcome = await this.#putBack(effect.pair);
        this.#place?.retire(this.#state.candidate ?? effect.pair);
        return this.#dispatch({ type: "rolled-back", ...outcome });
      }
      case "phase-over":
      case "rotated":
      case "fault":
      case "recovered":
      case "not-taken-back":
        return;
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
      slots: slotReadings(this.#loaded, this.#options),
      renewing,
      allowOlder: this.#options.allowOlder === true,
    };
  }

  async #swap(info: PairInfo): Promise<TlsFault | undefined> {
    const loaded = this.#loaded.slots[info.slot];
    const pair = this.#pairs.get(info.hash) ?? (isPair(loaded) ? loaded : undefined);
    if (pair === undefined || pair.hash !== info.hash) return notInMemory(info);
    this.#pairs.set(info.hash, pair);
    return this.#place?.put(pair, info);
  }

  async #putBack(info: PairInfo): Promise<PutBack> {
    const pair = this.#pairs.get(info.hash);
    if (pair !== undefined && this.#place !== undefined) return this.#place.putBack(pair, info);
    return { fault: notInMemory(info), isProven: false };
  }
}

function notInMemory({ serial }: PairInfo): TlsFault {
  return { code: "swap-failed", message: `serial ${serial}: the pair is not in memory` };
}
