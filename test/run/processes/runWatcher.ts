import { existsSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { processesOf } from "./processesOf.ts";

/**
 * Cleans up after a run. Waits until standard input closes, which happens when the process of the run ends. Then it
 * kills the remaining processes of the run and removes its folder. Argument: the folder.
 */
const [folder = ""] = process.argv.slice(2);
/** A killed process usually ends immediately; one in an uninterruptible system call ends later. */
const MAX_ROUNDS = 100;
const POLL_MS = 50;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
process.stdin.resume();
await new Promise((resolve) => process.stdin.once("close", resolve));

for (let round = 0; round < MAX_ROUNDS; round += 1) {
  const left = existsSync("/proc") ? processesOf(folder, [process.pid]) : [];
  for (const { pid } of left)
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // The process has ended.
    }
  if (left.length === 0) break;
  await sleep(POLL_MS);
}
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
