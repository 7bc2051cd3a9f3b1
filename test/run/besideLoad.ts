import { type ChildProcess, spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";

const USAGE = "usage: node test/run/besideLoad.ts [--loops 2] [--times 1] -- COMMAND [ARGUMENT...]";

/**
 * Runs a command `times` times next to `loops` busy loops. Prints the exit code and duration of each run. Exits with 1
 * when a run failed.
 */
async function besideLoad(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { loops: { type: "string", default: "2" }, times: { type: "string", default: "1" } },
    allowPositionals: true,
  });
  const [command, ...args] = positionals;
  const [loops, times] = [Number(values.loops), Number(values.times)];
  if (command === undefined || !Number.isInteger(loops) || !Number.isInteger(times) || loops < 0 || times < 1)
    throw new Error(USAGE);
  const threads = Array.from({ length: loops }, () => new Worker("for (;;);", { eval: true }));
  let [passed, failed] = [0, 0];
  let child: ChildProcess | undefined;
  let isInterrupted = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      isInterrupted = true;
      child?.kill(signal);
    });
  for (let run = 1; run <= times && !isInterrupted; run += 1) {
    const started = performance.now();
    child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
    const code = await exitOf(child);
    if (isInterrupted) break;
    if (code === 0) passed += 1;
    else failed += 1;
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stdout.write(`== run ${run} of ${times} with ${loops} busy loops: exit ${code}, ${seconds} s\n`);
  }
  process.stdout.write(`${passed} passed, ${failed} failed${isInterrupted ? ", interrupted" : ""}\n`);
  await Promise.all(threads.map((thread) => thread.terminate()));
  process.exitCode = failed === 0 && !isInterrupted ? 0 : 1;
}

function exitOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
}

await besideLoad();
