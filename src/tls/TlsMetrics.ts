import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { PairInfo } from "./pair/PairInfo.ts";
import type { Slot } from "./rotation/chooseCertificate.ts";
import type { RotationResult } from "./rotation/RotationEffect.ts";
import type { RotationPhase } from "./rotation/RotationState.ts";
import type { TlsFaultCode } from "./TlsError.ts";

/** In seconds: reading takes a few milliseconds, a check as long as the gate takes to answer. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15];

/** The serving certificate and its rotations, in the Prometheus text format (0.0.4). Times are in seconds since 1970. */
export class TlsMetrics {
  readonly #registry = new Registry();
  readonly #rotations = this.#counter(
    "postern_tls_rotations_total",
    "Changes of the serving certificate, by how they ended.",
    ["result"],
  );
  readonly #faults = this.#counter(
    "postern_tls_faults_total",
    "Times that a certificate was found that cannot be served.",
    ["slot", "code"],
  );
  readonly #cutOff = this.#counter(
    "postern_tls_connections_cut_off_total",
    "Connections of an old certificate that were cut off in a call.",
    [],
  );
  readonly #phases = new Histogram({
    name: "postern_tls_rotation_phase_seconds",
    help: "How long the phases of a rotation took; most end after verify, for nothing has changed.",
    labelNames: ["phase"],
    buckets: BUCKETS,
    registers: [this.#registry],
  });
  readonly #notAfter = this.#gauge(
    "postern_tls_certificate_not_after_timestamp_seconds",
    "When the certificate that serves ends.",
    [],
  );
  readonly #info = this.#gauge("postern_tls_certificate_info", "1 for the certificate that serves.", [
    "slot",
    "serial",
    "hash",
  ]);
  readonly #faulty = this.#gauge(
    "postern_tls_slot_faulty",
    "Whether the files of a certificate cannot be served now.",
    ["slot"],
  );
  readonly #switched = this.#gauge(
    "postern_tls_last_rotation_timestamp_seconds",
    "When the serving certificate last changed.",
    [],
  );

  serves({ slot, serial, hash, notAfter }: PairInfo): void {
    // The labels of the one before would stay.
    this.#info.reset();
    this.#info.set({ slot, serial, hash }, 1);
    this.#notAfter.set(notAfter / 1000);
  }

  rotated(result: RotationResult, now: number): void {
    this.#rotations.inc({ result });
    if (result === "switched" || result === "taken-back") this.#switched.set(now / 1000);
  }

  fault(slot: Slot, code: TlsFaultCode): void {
    this.#faults.inc({ slot, code });
  }

  slotIs(slot: Slot, faulty: boolean): void {
    this.#faulty.set({ slot }, faulty ? 1 : 0);
  }

  phaseTook(phase: RotationPhase, milliseconds: number): void {
    this.#phases.observe({ phase }, milliseconds / 1000);
  }

  cutOff(connections: number): void {
    this.#cutOff.inc(connections);
  }

  /** For what else is told beside it. */
  get registry(): Registry {
    return this.#registry;
  }

  /** All of it. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }
}
