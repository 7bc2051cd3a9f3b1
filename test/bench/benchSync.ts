import "../run/beginRun.ts";

import { parseArgs } from "node:util";
import type { PebbleCa } from "../acme/PebbleCa.ts";
import { PEBBLE_HINT, pebbleBinary } from "../acme/pebbleBinary.ts";
import { AdmissionLoad } from "../e2e/AdmissionLoad.ts";
import { managedEdges } from "../e2e/ManagedEdge.ts";
import { SyncBed } from "../e2e/SyncBed.ts";
import { eventually } from "../run/eventually.ts";
import { scaled } from "../run/speedFactor.ts";
import { type BundleKeeper, nobody, overwriter, posternSync } from "./bundleKeepers.ts";
import { printSwitches, type SwitchFigure, type SwitchRound } from "./SwitchFigure.ts";

/** How long is measured. In milliseconds, but for the rounds. */
interface Size {
  readonly rounds: number;
  /** From the change of CA on. */
  readonly after: number;
  /** Between two looks of the syncs that overwrite. A CronJob cannot do better than 60,000. */
  readonly intervals: readonly number[];
}

const SIZES: Readonly<Record<"full" | "quick", Size>> = {
  full: { rounds: 3, after: 12_000, intervals: [5_000, 1_000] },
  quick: { rounds: 1, after: Math.min(12_000, scaled(4_000)), intervals: [1_000] },
};
/** Before anything happens. In milliseconds. */
const CALM = 1_000;

/**
 * Changes the CA of a managed edge under 50 creates a second, with failurePolicy Fail, through a real API server, and
 * counts what fails: with nobody to keep `caBundle` in step, with a sync that only overwrites it, and with Postern's.
 * `--quick` takes one round, `--output json` is for machines.
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
  const keepers = [nobody, ...size.intervals.map(overwriter), posternSync];
  const cases = (["end", "stay, and end later"] as const).flatMap((connections) =>
    keepers.map((keeper) => ({ keeper, connections, rounds: [] as SwitchRound[] })),
  );
  for (let round = 0; round < size.rounds; round += 1)
    for (const { keeper, connections, rounds } of cases) {
      const phase = (keeper.interval * round) / size.rounds;
      rounds.push(await measure(bed, load, { keeper, connections, phase, after: size.after }));
    }
  const isUnhurt = cases.some(({ keeper, rounds }) => keeper === nobody && rounds.some(({ failed }) => failed === 0));
  if (isUnhurt) throw new Error("with nobody to keep caBundle in step nothing failed: no CA was changed");
  return cases.map(({ keeper, connections, rounds }) => ({ kept: keeper.name, connections, rounds }));
}

interface Measurement {
  readonly keeper: BundleKeeper;
  readonly connections: SwitchFigure["connections"];
  /** How much later the change comes, so that rounds meet different moments between two looks. In milliseconds. */
  readonly phase: number;
  /** In milliseconds. */
  readonly after: number;
}

async function measure(
  bed: SyncBed<PebbleCa>,
  load: AdmissionLoad,
  { keeper, connections, phase, after }: Measurement,
): Promise<SwitchRound> {
  await bed.edge.switchTo(bed.cas.old);
  await bed.register(bed.cas.old.root);
  await eventually("the gate to be called", async () => ((await load.create()) === "judged" ? true : undefined));
  const { judged, failures, longestStall } = await load.during(async () => {
    await pause(CALM);
    await keeper.begin(bed);
    await pause(CALM + phase);
    if (connections === "end") {
      await bed.edge.switchTo(bed.cas.next);
      await pause(after);
    } else {
      await bed.edge.switchTo(bed.cas.next, "stay");
      await pause(after / 2);
      await bed.edge.dropConnections();
      await pause(after / 2);
    }
    await keeper.end(bed);
  });
  return { sent: judged + failures.length, failed: failures.length, longestStall };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

await benchSync();
