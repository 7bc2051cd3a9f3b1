import { percentile } from "../rotation/percentile.ts";
import type { ReviewCounts } from "./RealReviews.ts";

/** What a run measured, for one runtime. */
export interface HostileRun {
  readonly runtime: string;
  /** Seconds of the attack. */
  readonly seconds: number;
  readonly quiet: ReviewCounts;
  readonly hostile: ReviewCounts;
  /** Attempts by kind of attack. */
  readonly attempts: Readonly<Record<string, number>>;
  /** Resident memory in bytes: before the attack, its peak, and a minute after. */
  readonly resident: { readonly before: number; readonly peak: number; readonly after: number };
}

/** A shorter attack has too few reviews for a p99, and memory may still grow. */
export const JUDGED_SECONDS = 120;
const MOST_P99_RATIO = 5;
const MOST_MEMORY_RATIO = 1.2;

/** How much slower the slowest hundredth of real reviews is during the attack. */
export function p99Ratio({ quiet, hostile }: HostileRun): number {
  return percentile(hostile.latencies, 0.99) / percentile(quiet.latencies, 0.99);
}

/** What does not hold; empty when all does. */
export function hostileFaults(run: HostileRun): string[] {
  const { quiet, hostile, resident } = run;
  const faults: string[] = [];
  for (const [phase, { failed, failures, sent }] of Object.entries({ quiet, hostile })) {
    if (failed > 0) faults.push(`${phase}: ${failed} of ${sent} real reviews failed: ${failures[0]}`);
    if (sent === 0) faults.push(`${phase}: no review was sent`);
  }
  for (const [name, count] of Object.entries(run.attempts))
    if (count === 0) faults.push(`the attack ${name} was not tried`);
  if (Object.keys(run.attempts).length === 0) faults.push("no attack was tried");
  if (!(resident.after > 0)) faults.push("the gate has ended");
  if (run.seconds < JUDGED_SECONDS) return faults;
  const ratio = p99Ratio(run);
  if (!(ratio <= MOST_P99_RATIO))
    faults.push(`p99 is ${ratio.toFixed(1)} times that of quiet; at most ${MOST_P99_RATIO}`);
  const memory = resident.after / resident.before;
  if (!(memory <= MOST_MEMORY_RATIO))
    faults.push(`memory a minute after is ${memory.toFixed(2)} times that before; at most ${MOST_MEMORY_RATIO}`);
  return faults;
}
