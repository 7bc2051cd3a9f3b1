import { eventually } from "../run/eventually.ts";
import { patience, scaled } from "../run/speedFactor.ts";
import { PairFolder } from "../tls/PairFolder.ts";
import { makeSeries } from "./CertificateSeries.ts";
import { type Growth, growthOf, type Held } from "./Growth.ts";
import { HeapProbe } from "./HeapProbe.ts";
import type { LoadReport } from "./LoadMessage.ts";
import { HOST, PATH, PosternServer } from "./PosternServer.ts";
import { placePair } from "./placePair.ts";
import { RotationLoad } from "./RotationLoad.ts";

/** What many rotations in a row did. */
export interface SoakResult {
  readonly rotations: number;
  /** From the first rotation to the end of the last, without what looking at the heap took. */
  readonly seconds: number;
  readonly load: LoadReport;
  /** Times that the server found files that it could not serve. */
  readonly faults: number;
  readonly growth: readonly Growth[];
  readonly held: readonly Held[];
  /** File handles without load: before it, and after it. */
  readonly handles: { readonly before: number; readonly after: number };
  readonly exitCode: number | string;
}

/** Calls on new connections, and as many on kept ones, before the first rotation. */
const WARM_UP = 200;
/** What a connection may take to be gone, on the reference machine. In milliseconds. */
const GONE = 5_000;

/** Rotates so often under load, each as soon as the last is in force and drained. `onRotation` is told of each. */
export async function soakRun(
  rotations: number,
  measureEvery: number,
  onRotation: (done: number, load: RotationLoad) => void,
): Promise<SoakResult> {
  // 200 requests a second on the reference machine: half on new connections, half on kept ones.
  const beat = { newEvery: scaled(10), keptEvery: scaled(10) };
  const { root, pairs } = await makeSeries(rotations + 1, HOST);
  const folder = new PairFolder();
  const load = await RotationLoad.start();
  let server: PosternServer | undefined;
  let probe: HeapProbe | undefined;
  try {
    const held: Held[] = [];
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
    await Promise.all([true, false].map((isNew) => load.called({ isNew, ok: true }, WARM_UP)));
    const started = performance.now();
    let looking = 0;
    let faults = 0;
    for (let index = 1; index <= rotations; index += 1) {
      server.forget();
      await place(index);
      await Promise.all([server.switched(), load.seen(index), load.drained(index)]);
      faults += server.faults();
      onRotation(index, load);
      if (index % measureEvery !== 0) continue;
      const since = performance.now();
      held.push(await probe.held(index));
      looking += performance.now() - since;
    }
    const seconds = (performance.now() - started - looking) / 1_000;
    const report = await load.stop();
    const after = await handlesWithin(probe, before);
    probe.close();
    const exitCode = await server.stop();
    return {
      ...{ rotations, seconds, load: report, faults, growth: growthOf(held), held },
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

/** The number of handles once it is no more than it was, or after a while. */
async function handlesWithin(probe: HeapProbe, before: number): Promise<number> {
  const gone = (): number | undefined => (probe.handles() <= before ? probe.handles() : undefined);
  return eventually("connections to be gone", gone, patience(GONE)).catch(() => probe.handles());
}
