import { once } from "node:events";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { gatePath } from "../../protocol/gateUrl.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { startServer } from "../../tls/server/startServer.ts";
import { PROJECT_GATE } from "../gate/loadGate.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_OK } from "../terminal/exitCode.ts";
import { listenError } from "../terminal/listenError.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { untilSignal } from "../terminal/untilSignal.ts";
import { DevWorker } from "./DevWorker.ts";
import { forwardToWorker } from "./forwardToWorker.ts";
import { type LocalPair, localCa } from "./localCa.ts";
import { printWorkerLine } from "./printWorkerLine.ts";
import { RegistrationFile } from "./RegistrationFile.ts";
import { type WorkerSource, watchWorker } from "./watchWorker.ts";

/** Options of `postern dev`, as they are given. */
export interface DevOptions {
  readonly gate?: string;
  readonly port: number;
}

const FOLDER = ".postern";
const REGISTRATION = `${FOLDER}/registration.yaml`;
/** Only loopback: the code is not reviewed, and the certificate is valid for this machine only. */
const LOOPBACK = "127.0.0.1";
const PROJECT_WORKER = "functions/worker.ts";
/** Grace period for open calls at the end. */
const GRACE_MS = 2_000;

/** Runs a gate locally until a signal. Resolves to the exit code. Throws {@link CliError} when the gate cannot start. */
export async function runDev(terminal: Terminal, options: DevOptions): Promise<number> {
  const source = sourceOf(options.gate);
  await untilSignal((signal) => serve(terminal, source, { ...options, signal }));
  terminal.stdout.write("stopped\n");
  return EXIT_OK;
}

/**
 * Serves until the signal. The port opens when the Worker is ready, and the lines of the Worker follow the text at the
 * start.
 */
async function serve(
  terminal: Terminal,
  source: WorkerSource,
  { gate, port, signal }: DevOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const print = (text: string): unknown => terminal.stdout.write(`${text}\n`);
  const progress = (text: string): unknown => print(paint(terminal, terminal.stdout, "dim", text));
  progress(`building ${gate ?? PROJECT_WORKER}`);
  let held: string[] | undefined = [];
  const worker = await DevWorker.create((line) => {
    if (held === undefined) printWorkerLine(terminal, line);
    else held.push(line);
  });
  const printFault = (fault: string): unknown =>
    terminal.stderr.write(`postern: still serving the last good build; ${fault}\n`);
  // Builds are loaded one after the other, so that the newest one serves in the end.
  let loading: Promise<unknown> = Promise.resolve();
  let newest: string | undefined;
  let serving = false;
  let registration: RegistrationFile | undefined;
  const watched = await watchWorker(source, {
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
          (isChanged) => isChanged === true && print(`registration changed: apply ${REGISTRATION} again`),
          (error: unknown) => printFault(errorMessage(error)),
        );
    },
    onFault: (faults) => printFault(`the build failed:\n${faults}`),
  });
  try {
    const pair = await localCa(FOLDER, Date.now);
    progress("starting the Workers runtime");
    loading = worker.load(newest ?? watched.script);
    serving = true;
    await loading;
    const server = await startServer({ fetch: forwardToWorker(worker), port, hostname: LOOPBACK, tls: pair }).catch(
      (error: unknown) => {
        throw listenError(error, port);
      },
    );
    try {
      registration = new RegistrationFile(REGISTRATION, gate ?? PROJECT_GATE, {
        url: `https://localhost:${server.port}`,
        ca: pair.ca,
      });
      await registration.update();
      for (const line of welcome(registration, pair)) print(line);
      for (const line of held) printWorkerLine(terminal, line);
      held = undefined;
      if (!signal.aborted) await once(signal, "abort");
    } finally {
      await server.stop({ graceMs: GRACE_MS });
    }
  } finally {
    await Promise.all([watched.stop(), worker.stop()]);
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

/** The text at the start: the URL, the CA, the clusters, and how to register the gate. */
function welcome({ origin, cluster, clusters, exists }: RegistrationFile, { caPath }: LocalPair): string[] {
  return [
    `postern dev  ${origin}${gatePath(cluster, "validate")}`,
    `CA           ${caPath}`,
    ...(clusters.length > 1 ? [`clusters     ${clusters.join(", ")}`] : []),
    ...(exists ? [`registration ${REGISTRATION}`, `apply it     kubectl apply --server-side -f ${REGISTRATION}`] : []),
  ];
}
