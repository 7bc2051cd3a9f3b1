import type { PairInfo } from "../../../src/tls/pair/PairInfo.ts";
import type { Slot } from "../../../src/tls/pair/Slot.ts";
import type { SlotReading } from "../../../src/tls/pair/SlotReading.ts";
import {
  initialRotation,
  type RotationEffect,
  type RotationEvent,
  type RotationState,
  type RotationTime,
} from "../../../src/tls/rotation/Rotation.ts";
import { rotate } from "../../../src/tls/rotation/rotate.ts";
import type { TlsFault } from "../../../src/tls/TlsError.ts";
import { NOW } from "./ReadingsBed.ts";

type Untimed<Event> = Event extends RotationTime ? Omit<Event, keyof RotationTime> : never;

/** A server, its files and two clocks, with a rotation whose effects are answered at once. */
export class FakeServer {
  state: RotationState;
  /** Wall clock, which may jump. */
  now = NOW;
  /** The files. */
  slots: Partial<Record<Slot, SlotReading>> = {};
  /** Hashes that the server serves when it is told to. It keeps its certificate when told to serve another one. */
  good: readonly string[] = [];
  /** The fault of each reload, if any. */
  reloadFault: TlsFault | undefined;
  /** What the server presents. */
  presented: string;
  /** The hash of each reload. */
  readonly told: string[] = [];
  /** Messages that are logged: results and new faults. */
  readonly logged: string[] = [];
  #at = 0;

  constructor(serving: PairInfo, isConfirmed: boolean) {
    this.state = initialRotation(serving, 0, isConfirmed);
    this.presented = isConfirmed ? serving.hash : "third";
  }

  /** Polls every 10 s for a time. */
  pass(seconds: number): void {
    for (let second = 0; second < seconds; second += 10) {
      this.#at += 10_000;
      this.now += 10_000;
      this.send({ type: "trigger", cause: "poll" });
    }
  }

  send(event: Untimed<RotationEvent>): void {
    const { state, effects } = rotate(this.state, { ...event, at: this.#at, now: this.now });
    this.state = state;
    for (const effect of effects) {
      const answer = this.#answer(effect);
      if (answer !== undefined) this.send(answer);
    }
  }

  #answer(effect: RotationEffect): Untimed<RotationEvent> | undefined {
    switch (effect.type) {
      case "preload":
        return { type: "preloaded" };
      case "verify":
        return { type: "verified", slots: this.slots, renewing: false, allowOlder: false };
      case "swap": {
        if (this.presented === effect.pair.hash) return { type: "swapped" };
        this.#tell(effect.pair);
        const fault = this.reloadFault;
        return { type: "swapped", fault, isReloadFailed: fault !== undefined };
      }
      case "check":
        return { type: "checked", fault: this.#isServed(effect.pair) ? undefined : FAULT };
      case "look":
        return { type: "looked", isServed: this.#isServed(effect.pair) };
      case "clean-up":
        return { type: "cleaned-up" };
      case "roll-back":
        this.#tell(effect.pair);
        return { type: "rolled-back", isConfirmed: this.#isServed(effect.pair) };
      case "rotated":
        this.logged.push(effect.result);
        return undefined;
      case "fault":
        if (effect.isNew) this.logged.push(effect.fault.code);
        return undefined;
      case "recovered":
        this.logged.push("recovered");
        return undefined;
      case "phase-ended":
      case "not-taken-back":
        return undefined;
    }
  }

  #tell({ hash }: PairInfo): void {
    this.told.push(hash);
    if (this.reloadFault === undefined && this.good.includes(hash)) this.presented = hash;
  }

  #isServed({ hash }: PairInfo): boolean {
    return this.presented === hash;
  }
}

/** The fault of a failed check. */
const FAULT: TlsFault = { code: "handshake-failed", message: "another chain" };
