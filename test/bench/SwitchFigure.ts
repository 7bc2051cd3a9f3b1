import { printTable } from "./printTable.ts";

/** What a change of CA did to the admissions that were under way, in one round. */
export interface SwitchRound {
  /** Creates that were sent. */
  readonly sent: number;
  readonly failed: number;
  /** The longest time in which no create was admitted, in milliseconds. */
  readonly longestStall: number;
}

/** Who keeps `caBundle` in step, and what a change of CA does under it. */
export interface SwitchFigure {
  readonly kept: string;
  /** What becomes of the API server's connections to the edge when the certificate is another. */
  readonly connections: "end" | "stay, and end later";
  readonly rounds: readonly SwitchRound[];
}

/** Figures as a table for people: medians, and from the least to the most. */
export function printSwitches(figures: readonly SwitchFigure[]): string {
  const rows = figures.map(({ kept, connections, rounds }) => [
    kept,
    connections,
    spread(rounds.map(({ sent }) => sent)),
    spread(rounds.map(({ failed }) => failed)),
    `${spread(rounds.map(({ longestStall }) => Math.round(longestStall)))} ms`,
  ]);
  return printTable([["caBundle kept by", "connections", "creates", "failed", "longest stall"], ...rows]);
}

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((left, right) => left - right);
  const [least, most] = [sorted[0] ?? Number.NaN, sorted.at(-1) ?? Number.NaN];
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return least === most ? String(median) : `${median} (${least}–${most})`;
}
