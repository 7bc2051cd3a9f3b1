import { once } from "node:events";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Host } from "../../protocol/Host.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { type RunningServer, startServer } from "../../tls/server/startServer.ts";
import { PROJECT_GATE } from "../gate/loadGate.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_OK } from "../terminal/exitCode.ts";
import { listenError } from "../terminal/listenError.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { DevWorker } from "./DevWorker.ts";
import { forwardToWorker } from "./forwardToWorker.ts";
import { type ListenAddress, listenAddress, thisMachine } from "./listenAddress.ts";
import { type LocalPair, localCa } from "./localCa.ts";
import { printWorkerLine } from "./printWorkerLine.ts";
import { RegistrationFile } from "./RegistrationFile.ts";
import { startText } from "./startText.ts";
import { untilStopped } from "./untilStopped.ts";
import { type WorkerSource, watchWorker } from "./watchWorker.ts";

/** Options of `postern dev`, as they are given. */
export interface DevOptions {
  readonly gate?: string;
  readonly port: number;
  /** The host of the URL at which a cluster calls the gate. */
  readonly host: Host;
}

const FOLDER = ".postern";
const PROJECT_WORKER = "functions/worker.ts";
/** Grace period for open calls at the end. */
const GRACE_MS = 2_000;

/** Runs a gate locally until a signal. Resolves to the exit code. Throws {@link CliError} when the gate cannot start. */
export async function runDev(terminal: Terminal, options: DevOptions): Promise<number> {
  const source = sourceOf(options.gate);
  const listening = await listenAddress(options.host, thisMachine);
  await untilStopped((signal) => serve(terminal, { source, listening, ...options }, signal), process, Date.now);
  // A terminal shows ^C on the current line.
  terminal.stdout.write(terminal.stdout.isTTY === true ? "\nstopped\n" : "stopped\n");
  return EXIT_OK;
}

interface ServeOptions extends DevOptions {
  readonly source: WorkerSource;
  readonly listening: ListenAddress;
}

/**
 * Serves until the signal. The port opens when the Worker is ready, and the lines of the Worker follow the text at the
 * start.
 */
async function serve(terminal: Terminal, options: ServeOptions, signal: AbortSignal): Promise<void> {
  const { gate, host, source, listening } = options;
  const print = (text: string): unknown => terminal.stdout.write(`${text}\n`);
  const progress = (text: string): unknown => print(paint(terminal, terminal.stdout, "dim", text));
  const complain = (text: string): unknown => terminal.stderr.write(`postern: ${text}\n`);
  const printFault = (fault: string): unknown => complain(`still serving the last good build; ${fault}`);
  const stopped: Promise<unknown> = signal.aborted ? Promise.resolve() : once(signal, "abort");
  progress(`building ${gate ?? PROJECT_WORKER}`);
  let held: string[] | undefined = [];
  const worker = await DevWorker.create({
    onLog: (line) => {
      if (held === undefined) printWorkerLine(terminal, line);
      else held.push(line);
    },
    onRestart: complain,
  });
  // Builds are loaded one after the other, so that the newest one serves in the end.
  let loading: Promise<unknown> = Promise.resolve();
  let newest: string | undefined;
  let serving = false;
  let registration: RegistrationFile | undefined;
  const building = watchWorker(source, {
    onBuild: (script) => {
      newest = script;
      if (!serving) return;
      loading = loading
        .then(() => worker.load(script))
        .then(() => {
          progress("rebuilt");
          return registration?.update();
        })
        .then(
          (notices) => notices?.forEach(print),
          (error: unknown) => signal.aborted || printFault(errorMessage(error)),
        );
    },
    onFault: (faults) => printFault(`the build failed:\n${faults}`),
  });
  let server: RunningServer | undefined;
  try {
    const { script } = await building;
    const pair = await localCa(FOLDER, host.name === "localhost" ? [] : [host.name], Date.now);
    pair.doubts.forEach(complain);
    progress("starting the Workers runtime");
    const first = worker.load(newest ?? script);
    loading = first.catch(() => undefined);
    serving = true;
    await Promise.race([first, stopped]);
    if (signal.aborted) return;
    server = await listen(worker, pair, options);
    registration = new RegistrationFile(FOLDER, gate ?? PROJECT_GATE, {
      url: `https://${host.inUrl}:${server.port}`,
      ca: pair.ca,
    });
    await registration.update();
    for (const line of startText({ registration, pair, listening })) print(line);
    for (const line of held) printWorkerLine(terminal, line);
    held = undefined;
    await stopped;
  } finally {
    await server?.stop({ graceMs: GRACE_MS });
    const watched = await building.catch(() => undefined);
    await Promise.all([watched?.stop(), worker.stop()]);
  }
}

/** Opens the port. Throws {@link CliError} when that is not possible. */
async function listen(worker: DevWorker, pair: LocalPair, { port, listening }: ServeOptions): Promise<RunningServer> {
  const { address } = listening;
  try {
    return await startServer({
      fetch: forwardToWorker(worker),
      port,
      tls: pair,
      ...(address === undefined ? {} : { hostname: address }),
    });
  } catch (error) {
    throw listenError(error, port);
  }
}

function sourceOf(gate: string | undefined): WorkerSource {
  if (gate !== undefined) {
    if (!existsSync(gate)) throw new CliError("usage", `${gate}: does not exist`);
    return { gate: resolve(gate) };
  }
  if (existsSync(PROJECT_WORKER)) return { worker: resolve(PROJECT_WORKER) };
  throw new CliError("usage", `no gate: ${PROJECT_WORKER} does not exist; name a gate with --gate FILE`);
}
