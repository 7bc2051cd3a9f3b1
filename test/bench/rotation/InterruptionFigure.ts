import type { LoadReport, LoadSample } from "../../rotation/load/LoadMessage.ts";
import { percentile } from "../../rotation/percentile.ts";
import { printTable } from "../printTable.ts";
import { interruption, type Window } from "./interruption.ts";

/** The effect of one rotation method on a load. Times in milliseconds. */
export interface InterruptionFigure {
  readonly method: string;
  readonly rotations: number;
  /** The longest interruption of new connections for each rotation. */
  readonly gap: { readonly p50: number; readonly p99: number };
  /**
   * The longest interruption in windows of the same length, or shorter, without a rotation: the effect of the machine.
   */
  readonly baseline: { readonly p50: number; readonly p99: number };
  /** Requests on new connections and on kept connections. */
  readonly fresh: Count;
  readonly kept: Count;
  readonly sentAgain: number;
  /** The 99.9th percentile of the successful answers around a rotation, and of the others. */
  readonly around: Tail;
  readonly apart: Tail;
  readonly ratio: number;
  readonly failures: readonly string[];
}

interface Count {
  readonly failed: number;
  readonly sent: number;
}

interface Tail {
  readonly answers: number;
  readonly p999: number;
}

/** A rotation: from before its first step until a handshake returns the new certificate. In milliseconds since 1970. */
export type RotationSpan = Window;

/** The part of the window after a rotation. */
export const AFTER_MS = 1_000;
/** An answer is around a rotation from so long before its start until {@link AFTER_MS} after its end. */
const BEFORE_MS = 500;

/** Computes the figure from the report of a load. `spacingMs` is the interval between requests on new connections. */
export function interruptionFigure(
  method: string,
  spans: readonly RotationSpan[],
  report: LoadReport,
  spacingMs: number,
): InterruptionFigure {
  const { samples, sentAgain, failures } = report;
  const answered = samples.filter(({ isNew, ok }) => isNew && ok).map(({ at, durationMs }) => at + durationMs);
  const gaps = spans.map(({ from, to }) => interruption(answered, { from, to: to + AFTER_MS }, spacingMs));
  const baselines = spans
    .map(({ from, to }, index) => {
      // The window starts at the earliest after the previous rotation.
      const since = (spans[index - 1]?.to ?? Number.NEGATIVE_INFINITY) + AFTER_MS;
      return interruption(answered, { from: Math.max(since, from - (to + AFTER_MS - from)), to: from }, spacingMs);
    })
    // The time before the first rotation may be too short.
    .filter(Number.isFinite);
  const isAround = ({ at }: LoadSample): boolean =>
    spans.some(({ from, to }) => at >= from - BEFORE_MS && at < to + AFTER_MS);
  const good = samples.filter(({ ok }) => ok);
  const around = tailOf(good.filter(isAround));
  const apart = tailOf(good.filter((it) => !isAround(it)));
  return {
    ...{ method, rotations: spans.length, gap: spread(gaps), baseline: spread(baselines), sentAgain, failures },
    fresh: countOf(samples.filter(({ isNew }) => isNew)),
    kept: countOf(samples.filter(({ isNew }) => !isNew)),
    ...{ around, apart, ratio: around.p999 / apart.p999 },
  };
}

/** Figures as text tables. */
export function printInterruptions(figures: readonly InterruptionFigure[]): string {
  const gaps = figures.map(({ method, rotations, gap, baseline, fresh, kept, sentAgain }) => [
    ...[method, String(rotations), milliseconds(gap), milliseconds(baseline)],
    ...[`${fresh.failed} of ${fresh.sent}`, `${kept.failed} of ${kept.sent}`, String(sentAgain)],
  ]);
  const tails = figures.map(({ method, around, apart, ratio }) => [
    ...[method, `${around.p999.toFixed(1)} ms (${around.answers})`, `${apart.p999.toFixed(1)} ms (${apart.answers})`],
    ratio.toFixed(2),
  ]);
  const head = ["certificate replaced by", "rotations", "gap p50 / p99", "without a rotation"];
  return [
    printTable([[...head, "failed, new", "failed, kept", "sent again"], ...gaps]),
    "",
    printTable([["p99.9 of answers", "around a change (answers)", "apart from it (answers)", "ratio"], ...tails]),
  ].join("\n");
}

function spread(values: readonly number[]): { p50: number; p99: number } {
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99) };
}

function countOf(samples: readonly LoadSample[]): Count {
  return { failed: samples.filter(({ ok }) => !ok).length, sent: samples.length };
}

function tailOf(samples: readonly LoadSample[]): Tail {
  const took = samples.map((it) => it.durationMs);
  return { answers: took.length, p999: percentile(took, 0.999) };
}

function milliseconds({ p50, p99 }: { p50: number; p99: number }): string {
  return `${p50.toFixed(0)} / ${p99.toFixed(0)} ms`;
}
