import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { StepSize } from "./CiStep.ts";

/** The end of a step. */
export interface StepEnd {
  readonly outcome: "passed" | "failed" | "out of time";
  readonly seconds: number;
}

/** The time between SIGTERM and SIGKILL, in which a step stops its child processes. */
const GRACE_MS = 20_000;
/** A longer setTimeout fires immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs a step in its own process group, with the output of this process. Stops the group after `limitSeconds`, or when
 * `signal` is aborted.
 */
export async function runStep({ command }: StepSize, limitSeconds: number, signal: AbortSignal): Promise<StepEnd> {
  const [program, ...args] = command;
  const started = performance.now();
  const child = spawn(program, args, { detached: true, stdio: ["ignore", "inherit", "inherit"] });
  const ended = once(child, "close").then(
    ([code]) => code === 0,
    () => false,
  );
  const finished = new AbortController();
  const outOfTime = sleep(Math.min(MAX_TIMER_MS, limitSeconds * 1000), "out of time" as const, {
    signal: AbortSignal.any([signal, finished.signal]),
  }).catch(() => "stopped" as const);
  const first = await Promise.race([ended, outOfTime]);
  if (typeof first === "string") await stop(child, ended);
  finished.abort();
  const seconds = (performance.now() - started) / 1000;
  if (first === "out of time") return { outcome: first, seconds };
  return { outcome: first === true ? "passed" : "failed", seconds };
}

async function stop(child: ChildProcess, ended: Promise<boolean>): Promise<void> {
  send(child, "SIGTERM");
  const inTime = new AbortController();
  const kill = sleep(GRACE_MS, undefined, { signal: inTime.signal }).then(
    () => send(child, "SIGKILL"),
    () => undefined,
  );
  await ended;
  inTime.abort();
  await kill;
}

function send({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The whole group has ended.
  }
}
