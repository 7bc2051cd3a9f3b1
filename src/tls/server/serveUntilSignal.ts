import type { Log } from "../../telemetry/Log.ts";
import { limitReport } from "./limits/limitReport.ts";
import { type RunningServer, type ServerOptions, startServer } from "./startServer.ts";

/** Options of {@link serveUntilSignal}. */
export interface ServiceOptions extends ServerOptions {
  readonly log: Log;
  /** Called when the stop begins, before anything is closed. `/readyz` must fail from then on. */
  readonly onDrain: () => void;
  /** Called when the server listens, before that is logged. The server stops when it rejects. */
  readonly onListening?: (server: RunningServer) => void | Promise<void>;
  /** How long new connections are still accepted after the signal. Default 3 s. */
  readonly lameDuckMs?: number;
}

const LAME_DUCK_MS = 3_000;

/**
 * Serves until SIGTERM or SIGINT, then finishes open calls and stops. A second signal stops it immediately. Resolves to the
 * exit code: 0, or 1 when calls were cut off.
 */
export async function serveUntilSignal(options: ServiceOptions): Promise<number> {
  const { log } = options;
  // A rejected promise that a policy left behind must not end the process and its open calls.
  const onRejection = (error: unknown): void => log.error("unhandled promise rejection", { error });
  process.on("unhandledRejection", onRejection);
  try {
    return await serve(options);
  } finally {
    process.off("unhandledRejection", onRejection);
  }
}

async function serve(options: ServiceOptions): Promise<number> {
  const { log } = options;
  const server = await startServer({ onLimit: limitReport(log), ...options });
  try {
    await options.onListening?.(server);
  } catch (error) {
    await server.stop({ graceMs: 0 });
    throw error;
  }
  log.info("listening", { port: server.port, protocol: options.tls === undefined ? "http" : "https" });
  const signal = await nextSignal();
  log.info("stopping", { signal });
  options.onDrain();
  const stopped = server.stop({ lameDuckMs: options.lameDuckMs ?? LAME_DUCK_MS });
  const cutOff = await Promise.race([stopped, nextSignal()]);
  if (typeof cutOff === "string") log.warn("stopped immediately by a second signal", { signal: cutOff });
  else if (cutOff > 0) log.warn("calls were cut off", { calls: cutOff });
  else log.info("stopped");
  return cutOff === 0 ? 0 : 1;
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const listener = (signal: NodeJS.Signals): void => {
      process.off("SIGTERM", listener);
      process.off("SIGINT", listener);
      resolve(signal);
    };
    process.on("SIGTERM", listener);
    process.on("SIGINT", listener);
  });
}
