import { availableParallelism, totalmem } from "node:os";
import { speedFactor } from "./speedFactor.ts";

/** Requirements of one test worker. */
export interface WorkerNeed {
  /** Maximum memory of the worker with its child processes, in GiB. */
  readonly gibibytes: number;
  /** Workers per core. More than 1 when the tests mostly wait. */
  readonly perCore: number;
}

/** A machine with a larger speed factor is overloaded or very slow. */
const BUSY_FACTOR = 4;

/**
 * The number of parallel test workers: limited by the cores and by three quarters of the memory. On a busy machine, at
 * most one worker per core. At least 1.
 */
export function workersFor(
  { gibibytes, perCore }: WorkerNeed,
  machine = { cores: availableParallelism(), gibibytes: totalmem() / 2 ** 30, factor: speedFactor() },
): number {
  const byCores = machine.cores * (machine.factor > BUSY_FACTOR ? Math.min(1, perCore) : perCore);
  const byMemory = (machine.gibibytes * 0.75) / gibibytes;
  return Math.max(1, Math.floor(Math.min(byCores, byMemory)));
}
