import { availableParallelism, totalmem } from "node:os";
import { speedFactor } from "./speedFactor.ts";

/** What one worker of a run needs. */
export interface WorkerNeed {
  /** The most memory that it has with all that it starts, in GiB. */
  readonly gibibytes: number;
  /** How many of them a core bears: more than 1 where most of the time is waiting. */
  readonly perCore: number;
}

/** From here on the machine has no time to spare: it is loaded, or very slow. */
const BUSY_FACTOR = 4;

/**
 * How many workers run at one time: what the cores bear, with a quarter of the memory left free, and only so many as there
 * are cores on a machine that is busy. At least 1.
 */
export function workersFor(
  { gibibytes, perCore }: WorkerNeed,
  machine = { cores: availableParallelism(), gibibytes: totalmem() / 2 ** 30, factor: speedFactor() },
): number {
  const byCores = machine.cores * (machine.factor > BUSY_FACTOR ? Math.min(1, perCore) : perCore);
  const byMemory = (machine.gibibytes * 0.75) / gibibytes;
  return Math.max(1, Math.floor(Math.min(byCores, byMemory)));
}
