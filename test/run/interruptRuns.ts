import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { newTraces, type Traces, tracesNow } from "./processes/tracesNow.ts";

const USAGE =
  "usage: node test/run/interruptRuns.ts [--times 10] [--from 0] [--to 60] -- COMMAND [ARGUMENT...]\nexample: node test/run/interruptRuns.ts --times 10 -- npm run test:cluster";
/** The time limit for a run to end and to be cleaned up. */
const GONE_MS = 30_000;
const POLL_MS = 100;

/** Each signal and its receiver: the started process (npm) or its process group, as a terminal does. */
const INTERRUPTIONS = [
  ["SIGTERM", "process"],
  ["SIGINT", "group"],
  ["SIGTERM", "group"],
  ["SIGKILL", "process"],
  ["SIGKILL", "group"],
] as const;

/**
 * Starts a command `times` times and interrupts each run at a random moment, `from` to `to` seconds after its start.
 * Then it looks for remaining processes, listening ports and temporary folders. Start nothing else on the machine
 * meanwhile. Exits with 1 when something remains.
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
    const [signal, receiver] = INTERRUPTIONS[run % INTERRUPTIONS.length] ?? INTERRUPTIONS[0];
    const before = tracesNow();
    const child = spawn(program, args, { detached: true, stdio: "ignore" });
    const ended = once(child, "exit");
    const seconds = from + Math.random() * (to - from);
    const hasEnded = await Promise.race([ended.then(() => true), sleep(seconds * 1000, false)]);
    const held = newTraces(before, tracesNow());
    send(child, signal, receiver);
    await Promise.race([ended, sleep(GONE_MS, undefined, { ref: false })]);
    const left = await tracesLeft(before);
    if (left !== undefined) failed += 1;
    const moment = hasEnded ? `(ended before ${seconds.toFixed(1)} s)` : `after ${seconds.toFixed(1)} s`;
    const counts = `${held.processes.length} processes, ${held.listening.length} ports, ${held.folders.length} folders`;
    process.stdout.write(
      `run ${run + 1}: ${signal} to the ${receiver} ${moment}, with ${counts}: ${left === undefined ? "nothing remains" : `remaining: ${JSON.stringify(left)}`}\n`,
    );
  }
  process.stdout.write(`${times - failed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function send(child: ChildProcess, signal: NodeJS.Signals, receiver: "process" | "group"): void {
  const { pid } = child;
  if (pid === undefined) return;
  try {
    process.kill(receiver === "group" ? -pid : pid, signal);
  } catch {
    // The process has ended.
  }
}

/** Resolves to undefined as soon as nothing remains, otherwise to the traces that remain after {@link GONE_MS}. */
async function tracesLeft(before: Traces): Promise<Traces | undefined> {
  for (const end = performance.now() + GONE_MS; ; await sleep(POLL_MS)) {
    const left = newTraces(before, tracesNow());
    if (Object.values(left).every((it) => it.length === 0)) return undefined;
    if (performance.now() > end) return left;
  }
}

await interruptRuns();
