import type { Log } from "../../telemetry/Log.ts";
import { type RunningServer, type ServerOptions, startServer } from "./startServer.ts";

/** What {@link serveUntilSignal} takes beside the server's own options. */
export interface ServiceOptions extends ServerOptions {
  readonly log: Log;
  /** Called when the stop begins, before anything is closed; `/readyz` is to say no from then on. */
  readonly onDrain: () => void;
  /** Called once the server listens, before that is said. */
  readonly onListening?: (server: RunningServer) => void;
  /** For how long new connections are still taken after the signal. Default 3 s. */
  readonly lameDuckMs?: number;
}

const LAME_DUCK_MS = 3_000;

/**
 * Serves until SIGTERM or SIGINT, then stops without losing a call. A second signal ends it at once. Resolves to the
 * process's exit code: 0, or 1 when calls had to be cut off.
 */
export async function serveUntilSignal(options: ServiceOptions): Promise<number> {
  const { log } = options;
  // A policy may leave a promise behind; that it rejects is that policy's fault and no reason to drop everybody's calls.
  const onRejection = (error: unknown): void => log.error("a promise that nobody awaits was rejected", { error });
  process.on("unhandledRejection", onRejection);
  try {
    return await serve(options);
  } finally {
    process.off("unhandledRejection", onRejection);
  }
}

async function serve(options: ServiceOptions): Promise<number> {
  const { log } = options;
  const server = await startServer(options);
  options.onListening?.(server);
  log.info("listening", { port: server.port, protocol: options.tls === undefined ? "http" : "https" });
  const signal = await nextSignal();
  log.info("stopping", { signal });
  options.onDrain();
  const stopped = server.stop({ lameDuckMs: options.lameDuckMs ?? LAME_DUCK_MS });
  const cutOff = await Promise.race([stopped, nextSignal()]);
  if (typeof cutOff === "string") log.warn("stopped at once, by a second signal", { signal: cutOff });
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
