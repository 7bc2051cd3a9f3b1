import { printTable } from "../printTable.ts";

/** The effect of a change of CA on admissions, in one round. */
export interface SwitchRound {
  /** Number of creates. */
  readonly sent: number;
  readonly failed: number;
  /** The longest time without an admitted create. */
  readonly longestStallMs: number;
}

/** The effect of a change of CA with one way to keep `caBundle` up to date. */
export interface SwitchFigure {
  readonly kept: string;
  /** Whether the change of certificate ends the API server's connections to the edge. */
  readonly connections: "end" | "stay, and end later";
  readonly rounds: readonly SwitchRound[];
}

/** Figures as a text table: medians with minimum and maximum. */
export function printSwitches(figures: readonly SwitchFigure[]): string {
  const rows = figures.map(({ kept, connections, rounds }) => [
    kept,
    connections,
    spread(rounds.map(({ sent }) => sent)),
    spread(rounds.map(({ failed }) => failed)),
    `${spread(rounds.map(({ longestStallMs }) => Math.round(longestStallMs)))} ms`,
  ]);
  return printTable([["caBundle kept by", "connections", "creates", "failed", "longest stall"], ...rows]);
}

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((left, right) => left - right);
  const [min, max] = [sorted[0] ?? Number.NaN, sorted.at(-1) ?? Number.NaN];
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return min === max ? String(median) : `${median} (${min}–${max})`;
}
