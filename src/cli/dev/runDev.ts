import { once } from "node:events";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Host } from "../../protocol/Host.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { type RunningServer, startServer } from "../../tls/server/startServer.ts";
import { checkGateFile } from "../gate/checkGateFile.ts";
import { placeOfGate, projectGate } from "../gate/chosenGateFile.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_OK } from "../terminal/exitCode.ts";
import { listenError } from "../terminal/listenError.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { textLog } from "../terminal/textLog.ts";
import { DevWorker } from "./DevWorker.ts";
import { forwardToWorker } from "./forwardToWorker.ts";
import { type DevGate, loadDevGate, loadProjectGate } from "./gate/loadDevGate.ts";
import { type ListenAddress, listenAddress, thisMachine } from "./listenAddress.ts";
import { type LocalPair, localCa } from "./localCa.ts";
import { FolderLock } from "./lock/FolderLock.ts";
import { prepareFolder } from "./prepareFolder.ts";
import type { BundlePlaces } from "./print/BundlePlaces.ts";
import { clock } from "./print/clock.ts";
import { RefusedCalls } from "./print/RefusedCalls.ts";
import { printWorkerLine } from "./printWorkerLine.ts";
import { RegistrationFile } from "./RegistrationFile.ts";
import { complianceClusters } from "./records/complianceClusters.ts";
import { DevRecords } from "./records/DevRecords.ts";
import { startText } from "./startText.ts";
import { untilStopped } from "./untilStopped.ts";
import { type WorkerSource, watchWorker } from "./watchWorker.ts";

/** Options of `postern dev`, as they are given. */
export interface DevOptions {
  readonly gate?: string;
  /** The cluster that calls the gate. Needed for a gate that looks its clusters up. */
  readonly cluster?: string;
  readonly port: number;
  /** The host of the URL at which a cluster calls the gate. */
  readonly host: Host;
  /** Whether the spans of each call are printed. */
  readonly trace?: boolean;
}

const FOLDER = ".postern";
const PROJECT_WORKER = "functions/worker.ts";
/** Grace period for open calls at the end. */
const GRACE_MS = 2_000;

/** Runs a gate locally until a signal. Resolves to the exit code. Throws {@link CliError} when the gate cannot start. */
export async function runDev(terminal: Terminal, options: DevOptions): Promise<number> {
  const source = await sourceOf(options);
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
  const { gate: gateFile, cluster, host, source, listening } = options;
  const print = (text: string): unknown => terminal.stdout.write(`${text}\n`);
  const progress = (text: string): unknown => print(paint(terminal, terminal.stdout, "dim", text));
  const complain = (text: string): unknown => terminal.stderr.write(`postern: ${text}\n`);
  const printFault = (fault: string): unknown => complain(`still serving the last good build; ${fault}`);
  const loadNow = (): Promise<DevGate> =>
    gateFile === undefined ? loadProjectGate(placeOfGate(), cluster) : loadDevGate(gateFile, cluster);
  const stopped: Promise<unknown> = signal.aborted ? Promise.resolve() : once(signal, "abort");
  progress(`building ${gateFile ?? ("worker" in source ? PROJECT_WORKER : placeOfGate())}`);
  let held: [line: string, places: BundlePlaces][] | undefined = [];
  const records = new DevRecords(FOLDER, { log: textLog(terminal, Date.now), now: Date.now });
  const worker = await DevWorker.create({
    onLog: (line, places) => {
      if (held === undefined) printWorkerLine(terminal, line, places);
      else held.push([line, places]);
    },
    onRestart: complain,
    onRecords: (body) => records.answer(body),
  });
  // Builds are loaded one after the other, so that the newest one serves in the end.
  let loading: Promise<unknown> = Promise.resolve();
  let newest: string | undefined;
  let serving = false;
  let registration: RegistrationFile | undefined;
  const reload = async (script: string): Promise<void> => {
    const loaded = await loadNow();
    await worker.load(script);
    progress(`${clock(Date.now())}  rebuilt`);
    for (const notice of (await registration?.update(loaded)) ?? []) print(notice);
  };
  const building = watchWorker(source, {
    onBuild: (script) => {
      newest = script;
      if (!serving) return;
      loading = loading
        .then(() => reload(script))
        .catch((error: unknown) => signal.aborted || printFault(errorMessage(error)));
    },
    // The file may be gone, or be a folder.
    onFault: (faults) =>
      (gateFile === undefined ? Promise.resolve() : checkGateFile(gateFile)).then(
        () => printFault(`the build failed:\n${faults}`),
        (error: unknown) => printFault(errorMessage(error)),
      ),
  });
  const refused = new RefusedCalls(terminal, Date.now);
  let server: RunningServer | undefined;
  let lock: FolderLock | undefined;
  try {
    const { script } = await building;
    const loaded = await loadNow();
    await prepareFolder(FOLDER);
    lock = await FolderLock.take(FOLDER);
    const pair = await localCa(FOLDER, host.name === "localhost" ? [] : [host.name], Date.now);
    pair.doubts.forEach(complain);
    progress("starting the Workers runtime");
    const first = worker.load(newest ?? script);
    loading = first.catch(() => undefined);
    serving = true;
    await Promise.race([first, stopped]);
    if (signal.aborted) return;
    server = await listen({ worker, pair, refused }, options);
    await lock.servesAt(server.port);
    registration = new RegistrationFile(FOLDER, loaded, {
      url: `https://${host.inUrl}:${server.port}`,
      ca: pair.ca,
    });
    await registration.update(loaded);
    // A Worker whose gate is not known may have tiers.
    const hasTiers = loaded.gate?.tiers.length !== 0;
    const started = { registration, pair, listening, hasTiers, records: recordsText(records, loaded, script) };
    for (const line of startText(started)) print(line);
    for (const [line, places] of held) printWorkerLine(terminal, line, places);
    held = undefined;
    await stopped;
  } finally {
    await server?.stop({ graceMs: GRACE_MS });
    refused.stop();
    const watched = await building.catch(() => undefined);
    await Promise.all([watched?.stop(), worker.stop(), records.close(), lock?.release()]);
  }
}

/** Where the records of clusters with the profile `compliance` go. Undefined where there is no such cluster. */
function recordsText({ path }: DevRecords, gate: DevGate, script: string): string | undefined {
  if (complianceClusters(gate).length === 0) return undefined;
  // Only `workerRecords` reads the binding.
  if (!/\bPOSTERN_RECORDS\b/.test(script)) return `none: ${PROJECT_WORKER} has no workerRecords(); calls get 503`;
  return `${path}: postern records tail ${path}`;
}

/** What serves calls. */
interface Serving {
  readonly worker: DevWorker;
  readonly pair: LocalPair;
  readonly refused: RefusedCalls;
}

/** Opens the port. Throws {@link CliError} when that is not possible. */
async function listen({ worker, pair, refused }: Serving, { port, listening }: ServeOptions): Promise<RunningServer> {
  const { address } = listening;
  try {
    return await startServer({
      fetch: forwardToWorker(worker, (call) => refused.add(call)),
      onTlsError: (error) => refused.addTlsError(error),
      port,
      tls: pair,
      ...(address === undefined ? {} : { hostname: address }),
    });
  } catch (error) {
    throw listenError(error, port);
  }
}

async function sourceOf({ gate, trace: isTraced = false }: DevOptions): Promise<WorkerSource> {
  if (gate !== undefined) {
    await checkGateFile(gate);
    return { gate: resolve(gate), isTraced };
  }
  const found = projectGate();
  const hasWorker = existsSync(PROJECT_WORKER);
  if (found !== undefined && (isTraced || !hasWorker)) return { gate: resolve(found), isTraced };
  if (hasWorker) return { worker: resolve(PROJECT_WORKER) };
  throw new CliError("usage", `no gate: neither ${PROJECT_WORKER} nor gate.ts exists; name a gate with --gate FILE`);
}
