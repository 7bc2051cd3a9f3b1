import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type FoundSecret, SecretScan } from "../run/secrets/SecretScan.ts";
import type { StepSize } from "./CiStep.ts";

/** The end of a step. */
export interface StepEnd {
  readonly outcome: "passed" | "failed" | "out of time";
  readonly seconds: number;
  /** Secrets in its output. A step with one has failed. */
  readonly secrets: readonly FoundSecret[];
}

/** Where the output of a step goes. */
export interface StepOutput {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** The time between SIGTERM and SIGKILL, in which a step stops its child processes. */
const GRACE_MS = 20_000;
/** A longer setTimeout fires immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** A process that a step left behind can hold its output open. */
const LAST_OUTPUT_MS = 5_000;

/**
 * Runs a step in its own process group, with the output of this process, in which it looks for secrets. Stops the group after
 * `limitSeconds`, or when `signal` is aborted.
 */
export async function runStep(
  { command }: StepSize,
  limitSeconds: number,
  signal: AbortSignal,
  output: StepOutput = process,
): Promise<StepEnd> {
  const [program, ...args] = command;
  const started = performance.now();
  const child = spawn(program, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const scans = [scanned(child.stdout, output.stdout), scanned(child.stderr, output.stderr)];
  const closed = once(child, "close").catch(() => undefined);
  const ended = once(child, "exit").then(
    async ([code]) => {
      await Promise.race([closed, sleep(LAST_OUTPUT_MS, undefined, { ref: false })]);
      return code === 0;
    },
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
  const secrets = scans.flatMap(({ found }) => found);
  if (first === "out of time" && secrets.length === 0) return { outcome: first, seconds, secrets };
  return { outcome: first === true && secrets.length === 0 ? "passed" : "failed", seconds, secrets };
}

/** Passes an output on as fast as it is taken, and looks at it. */
function scanned(from: Readable, to: Writable): SecretScan {
  const scan = new SecretScan();
  from.setEncoding("utf8");
  from.on("data", (text: string) => {
    scan.add(text);
    if (to.write(text)) return;
    from.pause();
    to.once("drain", () => from.resume());
  });
  return scan;
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
