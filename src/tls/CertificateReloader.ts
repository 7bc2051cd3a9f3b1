import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checkServing, type ServingCheck } from "./checkServing.ts";
import { chooseCertificate, SLOTS, type Slot } from "./chooseCertificate.ts";
import { followRenewal, type RenewalMemory } from "./followRenewal.ts";
import type { LoadedPair } from "./LoadedPair.ts";
import { isPair, type LoadedSlots, loadSlots } from "./loadSlots.ts";
import type { PairInfo } from "./PairInfo.ts";
import type { RotationEffect } from "./RotationEffect.ts";
import type { RotationEvent, RotationReadings, RotationTime } from "./RotationEvent.ts";
import { initialRotation, type RotationState } from "./RotationState.ts";
import { RotationTriggers } from "./RotationTriggers.ts";
import { reportRotation } from "./reportRotation.ts";
import { rotate } from "./rotate.ts";
import { slotReadings } from "./slotReadings.ts";
import type { KeyPair, RunningServer } from "./startServer.ts";
import { TlsError, type TlsFault } from "./TlsError.ts";
import type { TlsOptions } from "./TlsOptions.ts";
import { type TlsStatus, tlsStatus } from "./TlsStatus.ts";

const POLL_MS = 10_000;
const DRAIN_MS = 60_000;
/** The API server's longest timeout, and a little more. */
const GRACE_MS = 35_000;
const CHECK_TIMEOUT_MS = 5_000;
/** A busy moment is no fault of the certificate. */
const CHECK_ATTEMPTS = 3;
const CHECK_PAUSE_MS = 200;

/** The part of a server that a certificate is put into. */
export type CertificateServer = Pick<RunningServer, "port" | "loopback" | "replaceCertificate" | "retireConnections">;

type Outcome = { readonly fault?: TlsFault | undefined };
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
  #server: CertificateServer | undefined;
  #triggers: RotationTriggers | undefined;

  private constructor(options: TlsOptions, loaded: LoadedSlots, first: PairInfo, pair: LoadedPair) {
    this.#options = options;
    this.#loaded = loaded;
    this.#state = initialRotation(first, performance.now());
    this.#pairs.set(first.hash, pair);
  }

  /** Loads what is to serve first. Throws {@link TlsError}, with the main certificate's fault, when none can. */
  static async load(options: TlsOptions): Promise<CertificateReloader> {
    const loaded = await loadSlots(options);
    const readings = slotReadings(loaded, options);
    const usable = (slot: Slot): boolean => readings[slot]?.pair !== undefined && readings[slot]?.fault === undefined;
    const { serve } = chooseCertificate({
      main: usable("main") ? "valid" : "unloadable",
      standby: usable("standby") ? "valid" : "absent",
      renewing: false,
      servingInTime: false,
    });
    const info = serve === undefined ? undefined : readings[serve]?.pair;
    const pair = serve === undefined ? undefined : loaded.slots[serve];
    if (info === undefined || !isPair(pair))
      throw new TlsError(
        readings.main?.fault ?? { code: "unusable", message: `${options.main.cert}: cannot be served` },
      );
    for (const slot of SLOTS) {
      const it = loaded.slots[slot];
      if (isPair(it)) for (const warning of it.warnings) options.log.warn("a certificate's key", { slot, warning });
    }
    options.metrics.serves(info);
    return new CertificateReloader(options, loaded, info, pair);
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

  /** Looks after a server that was started with {@link pair}, from now until {@link stop}. */
  attach(server: CertificateServer): void {
    this.#server = server;
    const { main, standby, renewingFile, pollMs = POLL_MS, now } = this.#options;
    const files = [main.cert, main.key, standby?.cert, standby?.key, renewingFile].filter((it) => it !== undefined);
    this.#triggers = new RotationTriggers({ folders: files.map(dirname), pollMs, now }, (event) =>
      this.#dispatch(event),
    );
    this.#triggers.start(this.#state);
  }

  /** Looks at the files now, as a poll would. */
  look(): void {
    this.#dispatch({ type: "trigger", cause: "poll" });
  }

  /** Ends the watch; the server goes on with what it has. */
  stop(): void {
    this.#stop.abort();
    this.#triggers?.stop();
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
        return this.#dispatch({ type: "swapped", ...this.#swap(effect.pair) });
      case "check":
        return this.#dispatch({ type: "checked", fault: await this.#check(effect.pair) });
      case "clean-up":
        this.#retire(effect.old);
        return this.#dispatch({ type: "cleaned-up" });
      case "roll-back": {
        const outcome = this.#swap(effect.pair);
        this.#retire(this.#state.candidate ?? effect.pair);
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

  #swap(info: PairInfo): Outcome {
    const loaded = this.#loaded.slots[info.slot];
    const pair = this.#pairs.get(info.hash) ?? (isPair(loaded) ? loaded : undefined);
    try {
      if (pair === undefined || pair.hash !== info.hash) throw new Error("the pair is not in memory");
      this.#pairs.set(info.hash, pair);
      this.#server?.replaceCertificate({ cert: pair.certPem, key: pair.keyPem });
      return {};
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "no reason given";
      return { fault: { code: "swap-failed", message: `serial ${info.serial}: cannot be put in place (${code})` } };
    }
  }

  async #check(info: PairInfo): Promise<TlsFault | undefined> {
    const pair = this.#pairs.get(info.hash);
    if (pair === undefined || this.#server === undefined) return undefined;
    const { loopback: address, port } = this.#server;
    const [name = "localhost"] = [...this.#options.rules.hosts, ...pair.leaf.sans.dns, ...pair.leaf.sans.ip];
    const check: ServingCheck = {
      address,
      port,
      host: name.replace("*", "host"),
      pair,
      selfTest: this.#options.selfTest,
      timeoutMs: CHECK_TIMEOUT_MS,
      signal: this.#stop.signal,
    };
    let fault = await checkServing(check);
    for (let attempt = 1; fault !== undefined && attempt < CHECK_ATTEMPTS; attempt += 1) {
      await sleep(CHECK_PAUSE_MS);
      fault = await checkServing(check);
    }
    return fault;
  }

  #retire(old: PairInfo): void {
    const { log, metrics, now, drainMs = DRAIN_MS } = this.#options;
    this.#server?.retireConnections({
      drainMs: Math.min(drainMs, Math.max(0, old.notAfter - now())),
      graceMs: GRACE_MS,
      onDrained: (cutOff) => {
        metrics.cutOff(cutOff);
        if (cutOff > 0) log.warn("connections of an old certificate were cut off", { connections: cutOff });
      },
    });
  }
}
