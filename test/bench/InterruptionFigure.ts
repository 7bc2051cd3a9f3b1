import type { LoadReport, LoadSample } from "../rotation/LoadMessage.ts";
import { percentile } from "../rotation/percentile.ts";
import { interruption, type Window } from "./interruption.ts";
import { printTable } from "./printTable.ts";

/** What one way to replace a certificate did to a load. Times in milliseconds. */
export interface InterruptionFigure {
  readonly way: string;
  readonly rotations: number;
  /** The longest interruption of new connections, over the rotations. */
  readonly gap: { readonly p50: number; readonly p99: number };
  /** The same in times as long, or all there is, without a rotation: what the machine does by itself. */
  readonly calm: { readonly p50: number; readonly p99: number };
  /** Failed and sent requests, on new connections and on kept ones. */
  readonly fresh: Count;
  readonly kept: Count;
  readonly sentAgain: number;
  /** How long 99.9 % of the good answers took, sent in the seconds around a change and in the others. */
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

/** A rotation: from before its first step until a handshake had brought the new certificate. In milliseconds since 1970. */
export type RotationSpan = Window;

/** How much longer it is looked for interruptions once the new certificate is in force. In milliseconds. */
export const AFTER = 1_000;
/** "Around" a change is from so long before a rotation's beginning until {@link AFTER} its end. In milliseconds. */
const BEFORE = 500;

/** Judges a load's report; `spacing` is that of requests on new connections, in milliseconds. */
export function interruptionFigure(
  way: string,
  spans: readonly RotationSpan[],
  report: LoadReport,
  spacing: number,
): InterruptionFigure {
  const { samples, sentAgain, failures } = report;
  const answered = samples.filter(({ isNew, ok }) => isNew && ok).map(({ at, took }) => at + took);
  const gaps = spans.map(({ from, to }) => interruption(answered, { from, to: to + AFTER }, spacing));
  const calms = spans
    .map(({ from, to }, index) => {
      // Not longer than it has been since the rotation before.
      const since = (spans[index - 1]?.to ?? Number.NEGATIVE_INFINITY) + AFTER;
      return interruption(answered, { from: Math.max(since, from - (to + AFTER - from)), to: from }, spacing);
    })
    // Before the first rotation there may be less time than one takes.
    .filter(Number.isFinite);
  const isAround = ({ at }: LoadSample): boolean =>
    spans.some(({ from, to }) => at >= from - BEFORE && at < to + AFTER);
  const good = samples.filter(({ ok }) => ok);
  const around = tailOf(good.filter(isAround));
  const apart = tailOf(good.filter((it) => !isAround(it)));
  return {
    ...{ way, rotations: spans.length, gap: spread(gaps), calm: spread(calms), sentAgain, failures },
    fresh: countOf(samples.filter(({ isNew }) => isNew)),
    kept: countOf(samples.filter(({ isNew }) => !isNew)),
    ...{ around, apart, ratio: around.p999 / apart.p999 },
  };
}

/** Figures as tables for people. */
export function printInterruptions(figures: readonly InterruptionFigure[]): string {
  const gaps = figures.map(({ way, rotations, gap, calm, fresh, kept, sentAgain }) => [
    ...[way, String(rotations), milliseconds(gap), milliseconds(calm)],
    ...[`${fresh.failed} of ${fresh.sent}`, `${kept.failed} of ${kept.sent}`, String(sentAgain)],
  ]);
  const tails = figures.map(({ way, around, apart, ratio }) => [
    ...[way, `${around.p999.toFixed(1)} ms (${around.answers})`, `${apart.p999.toFixed(1)} ms (${apart.answers})`],
    ratio.toFixed(2),
  ]);
  const head = ["certificate replaced by", "rotations", "gap p50 / p99", "without p50 / p99"];
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
  const took = samples.map((it) => it.took);
  return { answers: took.length, p999: percentile(took, 0.999) };
}

function milliseconds({ p50, p99 }: { p50: number; p99: number }): string {
  return `${p50.toFixed(0)} / ${p99.toFixed(0)} ms`;
}
