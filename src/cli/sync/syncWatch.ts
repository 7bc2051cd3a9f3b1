import { setTimeout as wait } from "node:timers/promises";
import { jitterOf } from "../../sync/jitterOf.ts";
import { findingsOf } from "../../sync/plan/Step.ts";
import { SyncError } from "../../sync/SyncError.ts";
import { watchSync } from "../../sync/watchSync.ts";
import { MetricsServer } from "../../telemetry/MetricsServer.ts";
import { printable } from "../../telemetry/printable.ts";
import { redactText } from "../../telemetry/redact/redactText.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_OK, isShownError } from "../terminal/exitCode.ts";
import { listenError } from "../terminal/listenError.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { untilSignal } from "../terminal/untilSignal.ts";
import type { SyncRunner } from "./SyncRunner.ts";
import { printSyncStep, syncReport } from "./syncReport.ts";

/** Intervals without a finished run after which /healthz fails. */
const MISSED_INTERVALS = 3;

/**
 * Runs the sync at each interval until SIGTERM or SIGINT, which stop it after the current step. A failed run is printed
 * and the next one follows. Resolves to the exit code. Throws {@link CliError} when the port of the metrics is not
 * available.
 */
export async function syncWatch(
  terminal: Terminal,
  runner: SyncRunner,
  { output, metricsPort }: { readonly output: "text" | "json"; readonly metricsPort: number | undefined },
): Promise<number> {
  let ended: number | undefined;
  const delay = jitterOf(runner.config.goal, runner.config.jitterMs);
  const began = Date.now() + delay;
  const health = (): string | undefined => {
    const limit = MISSED_INTERVALS * runner.config.intervalMs;
    return Date.now() - (ended ?? began) <= limit ? undefined : `no run has ended for ${limit / 1000} s`;
  };
  const readiness = (): string | undefined => (ended === undefined ? "no run has ended yet" : undefined);
  const server = await serve(metricsPort, { metrics: () => runner.metrics(), health, readiness });
  if (server !== undefined) terminal.stderr.write(`postern: metrics on port ${server.port}\n`);
  try {
    await untilSignal((signal) =>
      watchSync({
        run: async () => {
          const isDone = await runOnce(terminal, runner, output, signal);
          ended = Date.now();
          return isDone;
        },
        intervalMs: () => runner.config.intervalMs,
        dueAt: () => runner.capabilityDueAt,
        delayMs: delay,
        now: Date.now,
        sleep: (milliseconds) => wait(milliseconds, undefined, { signal }).catch(() => undefined),
        signal,
      }),
    );
    return EXIT_OK;
  } finally {
    await server?.stop();
  }
}

async function serve(
  port: number | undefined,
  source: Parameters<typeof MetricsServer.start>[1],
): Promise<MetricsServer | undefined> {
  if (port === undefined) return undefined;
  return MetricsServer.start(port, source).catch((error: unknown): never => {
    throw listenError(error, port, "--metrics-port");
  });
}

/**
 * One run, with the time before each line, as in a log. Resolves to whether the run was made, and renewed the capability if it
 * was due: no interval may be too long for its grace.
 */
async function runOnce(
  terminal: Terminal,
  runner: SyncRunner,
  output: "text" | "json",
  signal: AbortSignal,
): Promise<boolean> {
  const time = (): string => new Date().toISOString();
  try {
    await runner.reload();
    const run = await runner.run((step) => {
      if (output === "text") printSyncStep(dated(terminal, time), step, false);
    }, signal);
    if (output === "json") terminal.stdout.write(`${JSON.stringify({ time: time(), ...syncReport(run) })}\n`);
    return findingsOf(run.last).every(({ code }) => code !== "capability-not-renewed");
  } catch (error) {
    if (error instanceof SyncError && error.code === "stopped") return true;
    const isKnown = isShownError(error);
    const text = isKnown ? error.message : String(error instanceof Error ? (error.stack ?? error.message) : error);
    terminal.stderr.write(`${time()} postern: ${printable(redactText(text))}\n`);
    return false;
  }
}

function dated(terminal: Terminal, time: () => string): Terminal {
  const { stdout } = terminal;
  return { ...terminal, stdout: { isTTY: stdout.isTTY, write: (text) => stdout.write(`${time()} ${text}`) } };
}
