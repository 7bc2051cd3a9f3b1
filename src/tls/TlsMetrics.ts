import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { PairInfo } from "./pair/PairInfo.ts";
import type { Slot } from "./pair/Slot.ts";
import type { RotationPhase, RotationResult } from "./rotation/Rotation.ts";
import type { TlsFaultCode } from "./TlsError.ts";

/** A read takes a few milliseconds; a check takes as long as the answer of the gate. */
const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15];

/** Metrics of the serving certificate and its rotations. */
export class TlsMetrics {
  readonly #registry = new Registry();
  readonly #rotations = this.#counter(
    "postern_tls_rotations_total",
    "Rotations that reached the swap, by result: switched, taken-back, rolled-back, swap-failed, confirmed or not-confirmed.",
    ["result"],
  );
  readonly #faults = this.#counter(
    "postern_tls_faults_total",
    "Reads that found a certificate with a fault, by slot and fault code.",
    ["slot", "code"],
  );
  readonly #cutOff = this.#counter(
    "postern_tls_connections_cut_off_total",
    "Connections of a replaced certificate that were cut off during a call.",
    [],
  );
  readonly #phases = new Histogram({
    name: "postern_tls_rotation_phase_seconds",
    help: "Duration of the phases of a rotation. Most rotations end after verify, without a change.",
    labelNames: ["phase"],
    buckets: BUCKETS_SECONDS,
    registers: [this.#registry],
  });
  readonly #notAfter = this.#gauge(
    "postern_tls_certificate_not_after_timestamp_seconds",
    "End of the serving certificate, in seconds since 1970.",
    [],
  );
  readonly #info = this.#gauge(
    "postern_tls_certificate_info",
    "Slot, serial number and hash of the serving certificate, as labels. The value is 1.",
    ["slot", "serial", "hash"],
  );
  readonly #faulty = this.#gauge("postern_tls_slot_faulty", "1 while the files of the slot have a fault, else 0.", [
    "slot",
  ]);
  readonly #switched = this.#gauge(
    "postern_tls_last_rotation_timestamp_seconds",
    "Last change of the serving certificate, in seconds since 1970.",
    [],
  );

  /** Sets the serving certificate. */
  setServing({ slot, serial, hash, notAfter }: PairInfo): void {
    // Removes the labels of the previous certificate.
    this.#info.reset();
    this.#info.set({ slot, serial, hash }, 1);
    this.#notAfter.set(notAfter / 1000);
  }

  /** `now` in milliseconds since 1970. */
  countRotation(result: RotationResult, now: number): void {
    this.#rotations.inc({ result });
    if (result === "switched" || result === "taken-back") this.#switched.set(now / 1000);
  }

  countFault(slot: Slot, code: TlsFaultCode): void {
    this.#faults.inc({ slot, code });
  }

  setSlotFaulty(slot: Slot, faulty: boolean): void {
    this.#faulty.set({ slot }, faulty ? 1 : 0);
  }

  observePhase(phase: RotationPhase, durationMs: number): void {
    this.#phases.observe({ phase }, durationMs / 1000);
  }

  countCutOff(connections: number): void {
    this.#cutOff.inc(connections);
  }

  /** For metrics of the same process. */
  get registry(): Registry {
    return this.#registry;
  }

  /** All metrics in the Prometheus text format (0.0.4). */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> {
    const gauge = new Gauge({ name, help, labelNames, registers: [this.#registry] });
    // Without labels it begins with 0: a server without a certificate would report one that ended in 1970.
    if (labelNames.length === 0) gauge.remove();
    return gauge;
  }
}
