import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import type { ProcessMemory } from "../gate/GateLimits.ts";

/** V8 counts the space for new objects in its limit: at most this part, unless a flag sets the space for old ones. */
const OLD_SHARE = 0.95;
const MEBIBYTE = 1024 * 1024;

/**
 * The memory that this process may use: the heap by V8's limit or the flag `--max-old-space-size`, and the whole by the limit
 * of the container (cgroup) or the machine's memory.
 */
export function nodeMemory(
  flags: readonly string[] = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? "").split(/\s+/)],
): ProcessMemory {
  const machine = totalmem();
  const container = process.constrainedMemory();
  const totalBytes = container > 0 ? Math.min(container, machine) : machine;
  const flag = flags.findLast((it) => /^--max[-_]old[-_]space[-_]size=\d{1,9}$/.test(it))?.split("=")[1];
  const limit = getHeapStatistics().heap_size_limit;
  return { totalBytes, heapBytes: flag === undefined ? limit * OLD_SHARE : Math.min(Number(flag) * MEBIBYTE, limit) };
}
