import "../run/beginRun.ts";

import { parseArgs } from "node:util";
import type { PebbleCa } from "../acme/PebbleCa.ts";
import { PEBBLE_HINT, pebbleBinary } from "../acme/pebbleBinary.ts";
import { managedEdges } from "../e2e/edges/ManagedEdge.ts";
import { AdmissionLoad } from "../e2e/load/AdmissionLoad.ts";
import { SyncBed } from "../e2e/sync/bed/SyncBed.ts";
import { eventually } from "../run/eventually.ts";
import { scaled } from "../run/speedFactor.ts";
import { type BundleKeeper, noKeeper, overwriter, posternSync } from "./sync/bundleKeepers.ts";
import { printSwitches, type SwitchFigure, type SwitchRound } from "./sync/SwitchFigure.ts";

/** The size of the benchmark. */
interface Size {
  readonly rounds: number;
  /** Duration of the measurement after the change of CA. */
  readonly afterMs: number;
  /** Intervals of the syncs that overwrite. A CronJob needs at least 60,000. */
  readonly intervalsMs: readonly number[];
}

const SIZES: Readonly<Record<"full" | "quick", Size>> = {
  full: { rounds: 3, afterMs: 12_000, intervalsMs: [5_000, 1_000] },
  quick: { rounds: 1, afterMs: Math.min(12_000, scaled(4_000)), intervalsMs: [1_000] },
};
/** The time before the first step. */
const CALM_MS = 1_000;

/**
 * `npm run bench:sync`: changes the CA of a managed edge under a load of 50 creates per second through a real API
 * server, with failurePolicy Fail. Counts the failed creates without a sync, with a sync that overwrites `caBundle`,
 * and with `postern sync`. `--quick` does one round, `--output json` prints JSON.
 */
async function benchSync(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: "boolean", default: false }, output: { type: "string", default: "text" } },
  });
  if (values.output !== "text" && values.output !== "json") throw new Error("--output takes text or json");
  const pebble = await pebbleBinary();
  if (pebble === undefined) {
    process.stderr.write(`bench:sync needs pebble on PATH: ${PEBBLE_HINT}\n`);
    process.exitCode = 2;
    return;
  }
  const bed = await SyncBed.startWith(await managedEdges(pebble));
  try {
    const load = await AdmissionLoad.prepare(bed.cluster.api);
    const figures = await measureAll(bed, load, SIZES[values.quick ? "quick" : "full"]);
    process.stdout.write(
      values.output === "json" ? `${JSON.stringify(figures, null, 2)}\n` : `${printSwitches(figures)}\n`,
    );
  } finally {
    await bed.stop();
  }
}

async function measureAll(bed: SyncBed<PebbleCa>, load: AdmissionLoad, size: Size): Promise<SwitchFigure[]> {
  const keepers = [noKeeper, ...size.intervalsMs.map(overwriter), posternSync];
  const cases = (["end", "stay, and end later"] as const).flatMap((connections) =>
    keepers.map((keeper) => ({ keeper, connections, rounds: [] as SwitchRound[] })),
  );
  for (let round = 0; round < size.rounds; round += 1)
    for (const { keeper, connections, rounds } of cases) {
      const phaseMs = (keeper.intervalMs * round) / size.rounds;
      rounds.push(await measure(bed, load, { keeper, connections, phaseMs, afterMs: size.afterMs }));
    }
  const isUnaffected = cases.some(
    ({ keeper, rounds }) => keeper === noKeeper && rounds.some(({ failed }) => failed === 0),
  );
  if (isUnaffected) throw new Error("without a sync no create failed: the CA has not changed");
  return cases.map(({ keeper, connections, rounds }) => ({ kept: keeper.name, connections, rounds }));
}

interface Measurement {
  readonly keeper: BundleKeeper;
  readonly connections: SwitchFigure["connections"];
  /** An additional delay before the change, so that rounds differ in the time since the last check. */
  readonly phaseMs: number;
  readonly afterMs: number;
}

async function measure(
  bed: SyncBed<PebbleCa>,
  load: AdmissionLoad,
  { keeper, connections, phaseMs, afterMs }: Measurement,
): Promise<SwitchRound> {
  await bed.edge.switchTo(bed.cas.old);
  await bed.register(bed.cas.old.root);
  await eventually("the gate to be called", async () => ((await load.create()) === "judged" ? true : undefined));
  const { judged, failures, longestStallMs } = await load.during(async () => {
    await pause(CALM_MS);
    await keeper.begin(bed);
    await pause(CALM_MS + phaseMs);
    if (connections === "end") {
      await bed.edge.switchTo(bed.cas.next);
      await pause(afterMs);
    } else {
      await bed.edge.switchTo(bed.cas.next, "stay");
      await pause(afterMs / 2);
      await bed.edge.dropConnections();
      await pause(afterMs / 2);
    }
    await keeper.end(bed);
  });
  return { sent: judged + failures.length, failed: failures.length, longestStallMs };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

await benchSync();
