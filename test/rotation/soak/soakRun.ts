import { eventually } from "../../run/eventually.ts";
import { patience, scaled } from "../../run/speedFactor.ts";
import { PairFolder } from "../../tls/PairFolder.ts";
import { makeSeries } from "../CertificateSeries.ts";
import type { LoadReport } from "../load/LoadMessage.ts";
import { RotationLoad } from "../load/RotationLoad.ts";
import { HOST, PATH, PosternServer } from "../PosternServer.ts";
import { arePlainFiles, placePair } from "../placePair.ts";
import { type Growth, growthOf, type MemoryUse } from "./Growth.ts";
import { HeapProbe } from "./HeapProbe.ts";

/** Result of many rotations in a row. */
export interface SoakResult {
  readonly rotations: number;
  /** Duration of all rotations, without the heap measurements. */
  readonly seconds: number;
  readonly load: LoadReport;
  /** Certificate faults in the log of the server. */
  readonly faults: number;
  readonly growth: readonly Growth[];
  readonly measurements: readonly MemoryUse[];
  /** Open file handles before and after the load. */
  readonly handles: { readonly before: number; readonly after: number };
  readonly exitCode: number | string;
}

/** Calls on each kind of connection before the first rotation. */
const WARM_UP_CALLS = 200;
/** The limit for connections to close, on the reference machine. */
const CLOSE_TIMEOUT_MS = 5_000;

/**
 * Rotates the certificate under load. Each rotation starts when the previous one is served and drained. Calls `onRotation`
 * after each, and measures the heap after every `measureEvery` rotations.
 */
export async function soakRun(
  rotations: number,
  measureEvery: number,
  onRotation: (done: number, load: RotationLoad) => void,
): Promise<SoakResult> {
  // 200 requests a second on the reference machine: half on new connections, half on kept ones.
  const beat = { newEveryMs: scaled(10), keptEveryMs: scaled(10) };
  const { root, pairs } = await makeSeries(rotations + 1, HOST);
  const folder = new PairFolder();
  const load = await RotationLoad.start();
  let server: PosternServer | undefined;
  let probe: HeapProbe | undefined;
  try {
    const measurements: MemoryUse[] = [];
    const place = async (index: number): Promise<void> => {
      const pair = pairs[index];
      if (pair === undefined) throw new Error(`there is no certificate ${index}`);
      await load.place(index, pair.serial);
      placePair(folder, index, pair);
    };
    await place(0);
    server = await PosternServer.start({ pair: folder.paths("main"), port: 0, inspect: true });
    probe = await HeapProbe.open(server.inspector, server.pid);
    const before = probe.handles();
    load.send({ port: server.port, host: HOST, root, path: PATH, isStrict: true, ...beat });
    await Promise.all([true, false].map((isNew) => load.called({ isNew, ok: true }, WARM_UP_CALLS)));
    const started = performance.now();
    let measuringMs = 0;
    let faults = 0;
    for (let index = 1; index <= rotations; index += 1) {
      server.clearLog();
      await place(index);
      await Promise.all([server.switched(), load.seen(index), load.drained(index)]);
      faults += server.faults(arePlainFiles(index));
      onRotation(index, load);
      if (index % measureEvery !== 0) continue;
      const since = performance.now();
      measurements.push(await probe.measure(index));
      measuringMs += performance.now() - since;
    }
    const seconds = (performance.now() - started - measuringMs) / 1_000;
    const report = await load.stop();
    const after = await handlesWithin(probe, before);
    probe.close();
    const exitCode = await server.stop();
    return {
      ...{ rotations, seconds, load: report, faults, growth: growthOf(measurements), measurements },
      handles: { before, after },
      exitCode,
    };
  } finally {
    probe?.close();
    server?.kill();
    await load.kill();
    folder.remove();
  }
}

/** The number of open handles when it is back at `before`, or after the time limit. */
async function handlesWithin(probe: HeapProbe, before: number): Promise<number> {
  const closed = (): number | undefined => (probe.handles() <= before ? probe.handles() : undefined);
  return eventually("connections to close", closed, patience(CLOSE_TIMEOUT_MS)).catch(() => probe.handles());
}
