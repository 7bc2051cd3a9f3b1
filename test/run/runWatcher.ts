import { existsSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { processesOf } from "./processesOf.ts";

/**
 * Ends what a run leaves behind, whatever ended the run: waits until standard input closes, which it does with the process
 * that started this one, and then kills the run's processes and removes its folder. Arguments: the folder.
 */
const [folder = ""] = process.argv.slice(2);
/** A killed process is gone at once, but for one that the kernel holds. */
const ROUNDS = 100;
const PAUSE_MS = 50;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
process.stdin.resume();
await new Promise((resolve) => process.stdin.once("close", resolve));

for (let round = 0; round < ROUNDS; round += 1) {
  const left = existsSync("/proc") ? processesOf(folder, [process.pid]) : [];
  for (const { pid } of left)
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  if (left.length === 0) break;
  await sleep(PAUSE_MS);
}
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
