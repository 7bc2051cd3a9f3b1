import { once } from "node:events";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { gatePath } from "../../protocol/gateUrl.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { startServer } from "../../tls/server/startServer.ts";
import { loadGate } from "../gate/loadGate.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_OK } from "../terminal/exitCode.ts";
import { systemFault } from "../terminal/systemFault.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { untilSignal } from "../terminal/untilSignal.ts";
import { writeFileBeside } from "../terminal/writeFileBeside.ts";
import { DevWorker } from "./DevWorker.ts";
import { devFront } from "./devFront.ts";
import { devRegistration } from "./devRegistration.ts";
import { type LocalPair, localCa } from "./localCa.ts";
import { printWorkerLine } from "./printWorkerLine.ts";
import { type WorkerSource, watchWorker } from "./watchWorker.ts";

/** Options of `postern dev`. */
export interface DevOptions {
  readonly gate?: string;
  readonly port: number;
}

const FOLDER = ".postern";
/** What runs here has not been reviewed, and its certificate is good for this machine only. */
const LOOPBACK = "127.0.0.1";
const PROJECT_WORKER = "functions/worker.ts";
const PROJECT_GATE = "functions/gate.ts";

/** Runs a gate locally until SIGINT or SIGTERM. Resolves to the exit code; throws {@link CliError} when it cannot start. */
export async function devCommand(terminal: Terminal, options: DevOptions): Promise<number> {
  const source = sourceOf(options.gate);
  await untilSignal((signal) => serve(terminal, source, { ...options, signal }));
  terminal.stdout.write("stopped\n");
  return EXIT_OK;
}

async function serve(
  terminal: Terminal,
  source: WorkerSource,
  { gate, port, signal }: DevOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const say = (text: string): unknown => terminal.stdout.write(`${text}\n`);
  const worker = await DevWorker.create((line) => printWorkerLine(terminal, line));
  const complain = (fault: string): unknown =>
    terminal.stderr.write(`postern: the last good build goes on serving; ${fault}\n`);
  // One build after the other, so that the last one is the one that serves.
  let loading: Promise<unknown> = Promise.resolve();
  let newest: string | undefined;
  let serving = false;
  const watched = await watchWorker(source, {
    onBuild: (script) => {
      newest = script;
      if (!serving) return;
      loading = loading
        .then(() => worker.load(script))
        .then(
          () => say(paint(terminal, terminal.stdout, "dim", "built anew")),
          (error: unknown) => complain(errorMessage(error)),
        );
    },
    onFault: (faults) => complain(`this does not compile:\n${faults}`),
  });
  try {
    const pair = await localCa(FOLDER, Date.now);
    const server = await startServer({ fetch: devFront(worker), port, hostname: LOOPBACK, tls: pair }).catch(
      (error: unknown) => {
        throw systemFault(error, port);
      },
    );
    try {
      loading = worker.load(newest ?? watched.script);
      serving = true;
      await loading;
      const origin = `https://localhost:${server.port}`;
      say(await welcome(gate ?? PROJECT_GATE, origin, pair));
      if (!signal.aborted) await once(signal, "abort");
    } finally {
      await server.stop({ graceMs: 2_000 });
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
  throw new CliError("usage", `nothing to run: there is no ${PROJECT_WORKER} here; name a gate with --gate FILE`);
}

/** What a person needs to call the gate, and a cluster to register it. */
async function welcome(gateFile: string, origin: string, { caPath, ca }: LocalPair): Promise<string> {
  const lines: string[] = [];
  const gate = existsSync(gateFile) ? await loadGate(gateFile) : undefined;
  const clusters = gate === undefined || typeof gate.clusters === "function" ? [] : Object.keys(gate.clusters);
  const cluster = clusters.includes("local") ? "local" : (clusters[0] ?? "CLUSTER");
  lines.push(`postern dev  ${origin}${gatePath(cluster, "validate")}`, `CA           ${caPath}`);
  if (clusters.length > 1) lines.push(`clusters     ${clusters.join(", ")}`);
  if (gate !== undefined) {
    const registration = await devRegistration(gate, cluster, { url: origin, ca });
    const path = `${FOLDER}/registration.yaml`;
    await writeFileBeside(path, registration, 0o644);
    lines.push(`registration ${path}`, "", registration);
  }
  return lines.join("\n");
}
