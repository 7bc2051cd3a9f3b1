import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { StepSize } from "./CiStep.ts";

/** How a step ended. */
export interface StepEnd {
  readonly outcome: "passed" | "failed" | "out of time";
  readonly seconds: number;
}

/** What a step has after SIGTERM, to stop what it started. In milliseconds. */
const STOP_MS = 20_000;
/** A longer setTimeout fires at once. In milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Runs a step in a process group of its own, which is ended after `limit` seconds, or when `signal` is aborted. Its output
 * goes where this process's goes.
 */
export async function runStep({ command }: StepSize, limit: number, signal: AbortSignal): Promise<StepEnd> {
  const [program, ...args] = command;
  const started = performance.now();
  const child = spawn(program, args, { detached: true, stdio: ["ignore", "inherit", "inherit"] });
  const ended = once(child, "close").then(
    ([code]) => code === 0,
    () => false,
  );
  const over = new AbortController();
  const outOfTime = sleep(Math.min(LONGEST_TIMER, limit * 1000), "out of time" as const, {
    signal: AbortSignal.any([signal, over.signal]),
  }).catch(() => "stopped" as const);
  const first = await Promise.race([ended, outOfTime]);
  if (typeof first === "string") await stop(child, ended);
  over.abort();
  const seconds = (performance.now() - started) / 1000;
  if (first === "out of time") return { outcome: first, seconds };
  return { outcome: first === true ? "passed" : "failed", seconds };
}

async function stop(child: ChildProcess, ended: Promise<boolean>): Promise<void> {
  send(child, "SIGTERM");
  const patient = new AbortController();
  const kill = sleep(STOP_MS, undefined, { signal: patient.signal }).then(
    () => send(child, "SIGKILL"),
    () => undefined,
  );
  await ended;
  patient.abort();
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
