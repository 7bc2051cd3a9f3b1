import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { newTraces, type Traces, tracesNow } from "./tracesNow.ts";

const USAGE =
  "usage: node test/run/interruptRuns.ts [--times 10] [--from 0] [--to 60] -- COMMAND [ARGUMENT...]\nexample: node test/run/interruptRuns.ts --times 10 -- npm run test:cluster";
/** What a run may take to be gone. In milliseconds. */
const GONE_MS = 30_000;
const POLL_MS = 100;

/** Who gets which signal: the process that was started (npm), or all of its group, as from a terminal. */
const WAYS = [
  ["SIGTERM", "process"],
  ["SIGINT", "group"],
  ["SIGTERM", "group"],
  ["SIGKILL", "process"],
  ["SIGKILL", "group"],
] as const;

/**
 * Starts a command again and again, interrupts each run at a random moment `from` to `to` seconds after its start, and looks
 * for what is left: processes, listening ports, temporary folders. Nothing else may start on the machine meanwhile. Exits
 * with 1 where something is left.
 */
async function interruptRuns(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      times: { type: "string", default: "10" },
      from: { type: "string", default: "0" },
      to: { type: "string", default: "60" },
    },
    allowPositionals: true,
  });
  const [times, from, to] = [Number(values.times), Number(values.from), Number(values.to)];
  const [program, ...args] = positionals;
  if (program === undefined || !(times >= 1) || !(from >= 0) || !(to > from)) throw new Error(USAGE);
  let failed = 0;
  for (let run = 0; run < times; run += 1) {
    const [signal, whom] = WAYS[run % WAYS.length] ?? WAYS[0];
    const before = tracesNow();
    const child = spawn(program, args, { detached: true, stdio: "ignore" });
    const ended = once(child, "exit");
    const seconds = from + Math.random() * (to - from);
    const isOver = await Promise.race([ended.then(() => true), sleep(seconds * 1000, false)]);
    const held = newTraces(before, tracesNow());
    send(child, signal, whom);
    await Promise.race([ended, sleep(GONE_MS, undefined, { ref: false })]);
    const left = await leftOf(before);
    if (left !== undefined) failed += 1;
    const moment = isOver ? `over before ${seconds.toFixed(1)} s` : `after ${seconds.toFixed(1)} s`;
    const had = `${held.processes.length} processes, ${held.listening.length} ports, ${held.folders.length} folders`;
    process.stdout.write(
      `run ${run + 1}: ${signal} to the ${whom} ${moment}, with ${had}: ${left === undefined ? "nothing is left" : JSON.stringify(left)}\n`,
    );
  }
  process.stdout.write(`${times - failed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function send(child: ChildProcess, signal: NodeJS.Signals, whom: "process" | "group"): void {
  const { pid } = child;
  if (pid === undefined) return;
  try {
    process.kill(whom === "group" ? -pid : pid, signal);
  } catch {
    // It has ended.
  }
}

/** Undefined once nothing is left; what is left after a while. */
async function leftOf(before: Traces): Promise<Traces | undefined> {
  for (const end = performance.now() + GONE_MS; ; await sleep(POLL_MS)) {
    const left = newTraces(before, tracesNow());
    if (Object.values(left).every((it) => it.length === 0)) return undefined;
    if (performance.now() > end) return left;
  }
}

await interruptRuns();
